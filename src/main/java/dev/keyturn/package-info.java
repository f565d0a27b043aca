/**
 * Keyturn, a LiveKit token server that proves its key rotations: the map.
 *
 * <pre>
 * callers     who is asking: trusted issuers, verified bearer tokens
 * policy      who may have which token: rules, a request, a decision (pure)
 * keys        the key ring: one key signs, others are accepted; kept fresh in the background
 * tokens      the token endpoint, what writes and reads LiveKit's tokens, introspection, webhooks
 * agents      the key pair for agents' workers
 * rotation    turning the keys: what is due, one step of it, proof by LiveKit's nodes
 * vault       ring and key file in Vault KV v2
 * file        ring and key file in local files
 * kubernetes  key file in a Secret, and the restart of LiveKit's pods
 * doctor      a look at a running deployment from outside
 * http        error answers, limits, CORS, the spans of requests
 * tracing     spans for OpenTelemetry, where they are asked for
 * development what only {@code quarkus:dev} serves: the page to try it out
 * </pre>
 *
 * <p>A request goes {@code tokens -> callers -> policy}, then takes the key that {@code keys} holds ready. The
 * ring turns beside that: {@code rotation -> keys}. Who keeps the ring and who delivers LiveKit's key file is chosen by
 * configuration, so nobody knows {@code vault}, {@code file} or {@code kubernetes}; {@code http} works on every answer,
 * so nobody knows it either. A test holds these arrows. What stands in this package knows them all: {@link
 * dev.keyturn.Keyturn}, the program, which serves or runs one of its commands.
 */
package dev.keyturn;
