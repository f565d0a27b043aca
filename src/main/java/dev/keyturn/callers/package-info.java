/**
 * Who is asking: bearer tokens of trusted issuers, verified and remembered.
 *
 * <p>{@link dev.keyturn.callers.Callers} is the way in: it turns a request's {@code Authorization} headers into a
 * {@link dev.keyturn.policy.Caller}, or throws what answers the request with 401 or 503. Whether the caller may have
 * anything is not its business but the policy's.
 *
 * <p>A token takes this way:
 * <ol>
 * <li>{@code VerifiedBearers}: seen before, not expired, its key still shown? Then that is the answer.
 * <li>{@code UnverifiedBearer}: not longer than 16 KiB, three parts, headers that are harmless, claims that are JSON.
 * <li>{@code TrustedIssuers}: is its {@code iss} in the configuration, {@link dev.keyturn.callers.CallersConfig}?
 * <li>{@code TrustedIssuer}: one of the issuer's algorithms, the right type, a key the issuer shows; then signature,
 *     {@code aud}, {@code exp}, {@code nbf}, {@code iat}. RFC 8725 is the checklist; {@code SignatureVerifier} and jose4j do the work.
 * </ol>
 *
 * <p>The keys come from elsewhere and at another time: {@code KeyRefresh} has each issuer's {@code IssuerKeys} fetch
 * them from their {@code KeySource} in the background, so that no request ever waits for an issuer. An issuer that is
 * down keeps the keys it had; one whose keys were never seen makes its callers wait (503) rather than be refused.
 *
 * <p>Why a token was refused is an {@link dev.keyturn.callers.InvalidBearerException.Reason}: a sentence for the caller
 * and a label for {@code keyturn_bearers_verified_total}. No message, log line or label quotes a token.
 *
 * <p>What the endpoints tell a caller who gets nothing is a {@link dev.keyturn.callers.Refusal}; what they keep of each
 * decision for later, a line of the {@link dev.keyturn.callers.AuditWriter}.
 */
package dev.keyturn.callers;
