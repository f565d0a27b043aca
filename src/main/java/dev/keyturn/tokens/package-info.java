/**
 * LiveKit's standard token endpoint, LiveKit's tokens, and what comes back signed with their keys.
 *
 * <p>{@link dev.keyturn.tokens.TokenResource} is {@code POST /token}; {@link dev.keyturn.tokens.TokenIssuer} is what
 * happens there: the caller is authenticated, the body read ({@link dev.keyturn.tokens.TokenRequestReader}), the policy
 * decides, {@link dev.keyturn.tokens.TokenWriter} signs with the ring's active key, and {@link
 * dev.keyturn.tokens.Audit} says so. A {@link dev.keyturn.callers.Refusal} ends that at any point. None of it waits for
 * a network or a disk.
 *
 * <p>{@link dev.keyturn.tokens.TokenReader} is the way back, under every key of the ring: for {@code keyturn verify},
 * for {@link dev.keyturn.tokens.IntrospectionResource}, and for {@link dev.keyturn.tokens.WebhookResource}, whose
 * events the {@link dev.keyturn.tokens.WebhookRelay} passes on to applications, each signed with a pair of its own
 * ({@link dev.keyturn.tokens.RelayReceiver}).
 */
package dev.keyturn.tokens;
