/**
 * The key ring in Vault (or OpenBao): one secret of a KV v2 engine, whose data is the ring's JSON document.
 *
 * <p>Vault's version of the secret is the ring's revision. Every write names the version that it replaces
 * ({@code cas}), so that of two writers one wins and the other is told; {@code cas_required} on the path keeps a
 * person's {@code vault kv put} from overwriting the ring by accident. A version that was deleted is not "no ring", or
 * an {@code init} would start over while LiveKit still holds the old keys.
 *
 * <p>Who Keyturn is to Vault is configured with {@code quarkus.vault.*} alone (docs/vault.md): token, AppRole,
 * Kubernetes or JWT. The client logs in and renews inside a call, so
 * {@link dev.keyturn.vault.VaultRingConfig#timeout} bounds the whole.
 *
 * <p>Whatever goes wrong becomes one sentence for an operator ({@link dev.keyturn.vault.VaultFault}). The client's own
 * exceptions stay behind: their texts quote Vault's answers, and those hold the secrets.
 */
package dev.keyturn.vault;
