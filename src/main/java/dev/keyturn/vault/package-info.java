/**
 * The key ring in Vault (or OpenBao), and LiveKit's key file where that is delivered there too: one secret of a KV v2
 * engine each ({@link dev.keyturn.vault.VaultSecret}).
 *
 * <p>Vault's version of the secret is the revision. Every write names the version that it replaces ({@code cas}), so
 * that of two writers one wins and the other is told; {@code cas_required} on the path keeps a person's {@code vault kv
 * put} from overwriting it by accident. A version of the ring that was deleted is not "no ring", or an {@code init}
 * would start over while LiveKit still holds the old keys; a key file that was deleted is made anew.
 *
 * <p>Who Keyturn is to Vault is configured with {@code quarkus.vault.*} alone (docs/vault.md): token, AppRole,
 * Kubernetes or JWT. The client logs in and renews inside a call, so one time limit bounds the whole.
 *
 * <p>Whatever goes wrong becomes one sentence for an operator ({@link dev.keyturn.vault.VaultFault}). The client's own
 * exceptions stay behind: their texts quote Vault's answers, and those hold the secrets.
 */
package dev.keyturn.vault;
