package dev.keyturn.vault;

import java.net.URL;

/**
 * Where a secret is, in people's words: {@code secret/keyturn/ring in Vault at https://vault.example.com:8200}.
 *
 * @param what     it is, for people: {@code ring}
 * @param settings the prefix of its own, {@code keyturn.ring.vault}
 */
record VaultPlace(URL url, String mount, String path, String what, String settings) {

    /** The API path of its versions. */
    String data() {
        return mount + "/data/" + path;
    }

    /** A policy that would do. */
    String policy(String api, String capabilities) {
        return "path \"" + mount + "/" + api + "/" + path + "\" { capabilities = [\"" + capabilities + "\"] }";
    }

    String withdrawn(int version) {
        return this + ": its version " + version + " was deleted or destroyed by someone: 'vault kv undelete -mount="
                + mount + " -versions=" + version + " " + path + "', or 'vault kv rollback' to an older one";
    }

    String notVersioned() {
        return this + ": what is there is no version of a secret: is " + mount
                + " a KV engine of version 2? 'vault secrets list -detailed' shows it, 'vault kv enable-versioning "
                + mount + "' upgrades it";
    }

    /** Scheme, host and port alone: a user name or a password in the URL is not for a log. */
    @Override
    public String toString() {
        return mount + "/" + path + " in Vault at " + url.getProtocol() + "://" + url.getHost()
                + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
