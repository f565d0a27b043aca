/**
 * Keyturn, a LiveKit token server that proves its key rotations: the map.
 *
 * <pre>
 * callers   who is asking: trusted issuers, verified bearer tokens
 * policy    who may have which token: rules, a request, a decision (pure)
 * keys      the key ring: one key signs, others are accepted; kept fresh in the background
 * tokens    the token endpoint, and what writes and reads LiveKit's tokens
 * vault     the ring in Vault KV v2          file   the ring in a local file
 * http      error answers, limits, CORS
 * </pre>
 *
 * <p>A request goes {@code tokens -> callers -> policy}, then takes the key that {@code keys} holds ready. Who keeps
 * the ring is chosen by configuration, so nobody knows {@code vault} or {@code file}; {@code http} works on every
 * answer, so nobody knows it either. A test holds these arrows. What stands in this package knows them all: {@link
 * dev.keyturn.Keyturn}, the program, which serves or runs one of its commands.
 */
package dev.keyturn;
