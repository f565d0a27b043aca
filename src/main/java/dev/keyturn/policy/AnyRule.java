package dev.keyturn.policy;

/** What the rules of both lists have. */
sealed interface AnyRule permits Rule, CredentialsRule {

    String name();

    /** Of the file, where it begins. */
    int line();

    Audience audience();
}
