/**
 * LiveKit's standard token endpoint, and LiveKit's tokens.
 *
 * <p>{@link dev.keyturn.tokens.TokenResource} is {@code POST /token}; {@link dev.keyturn.tokens.TokenIssuer} is what
 * happens there: the caller is authenticated, the body read ({@link dev.keyturn.tokens.TokenRequestReader}), the policy
 * decides, {@link dev.keyturn.tokens.TokenWriter} signs with the ring's active key, and {@link
 * dev.keyturn.tokens.Audit} says so. A {@link dev.keyturn.tokens.Refusal} ends that at any point. None of it waits for
 * a network or a disk.
 *
 * <p>{@link dev.keyturn.tokens.TokenReader} is the way back, for {@code keyturn verify}.
 */
package dev.keyturn.tokens;
