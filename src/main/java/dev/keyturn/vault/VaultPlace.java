package dev.keyturn.vault;

import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import java.net.URL;

/** Where the ring is, in people's words: {@code secret/keyturn/ring in Vault at https://vault.example.com:8200}. */
record VaultPlace(URL url, String mount, String path) {

    /** The API path that a policy speaks of. */
    String data() {
        return mount + "/data/" + path;
    }

    /** A policy that would do. */
    String policy(String capabilities) {
        return "path \"" + data() + "\" { capabilities = [" + capabilities + "] }";
    }

    KeyRingStoreException notVersioned() {
        return new KeyRingStoreException(Kind.BROKEN, this + ": what is there is no version of a secret: is " + mount
                + " a KV engine of version 2? 'vault secrets list -detailed' shows it, 'vault kv enable-versioning "
                + mount + "' upgrades it");
    }

    /** Scheme, host and port alone: a user name or a password in the URL is not for a log. */
    @Override
    public String toString() {
        return mount + "/" + path + " in Vault at " + url.getProtocol() + "://" + url.getHost()
                + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
