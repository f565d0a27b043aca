package dev.keyturn.kubernetes;

/**
 * One object of Kubernetes' API, in the words of its paths and of the rules of a Role.
 *
 * @param group    {@code apps}; empty for the core group
 * @param resource in the plural: {@code secrets}
 */
record ApiObject(String group, String resource, String namespace, String name) {

    /** Of all objects of its kind in its namespace: where it is created. */
    String collectionPath() {
        return (group.isEmpty() ? "/api/v1" : "/apis/" + group + "/v1") + "/namespaces/" + namespace + "/" + resource;
    }

    String path() {
        return collectionPath() + "/" + name;
    }

    /** The rule of a Role in its namespace that allows this, and no more. */
    String rule(String verb) {
        var only = verb.equals("create") ? "" : "resourceNames: [" + name + "], "; // a name to come cannot be given
        return "{apiGroups: [\"" + group + "\"], resources: [" + resource + "], " + only + "verbs: [" + verb + "]}";
    }

    /** {@code Secret} or {@code Deployment}, as an answer's {@code kind}, in lower case. */
    String kind() {
        return resource.substring(0, resource.length() - 1);
    }

    @Override
    public String toString() {
        return kind() + " " + name + " in namespace " + namespace;
    }
}
