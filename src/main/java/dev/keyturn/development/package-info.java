/**
 * What only {@code ./mvnw quarkus:dev} serves: the page at {@code http://localhost:8080/}, what it is told, and LiveKit's
 * development token server.
 *
 * <p>{@link dev.keyturn.development.PageResource} serves the page's files, which stand in {@code src/page} and are in no
 * artifact; {@link dev.keyturn.development.DevelopmentResource} is what the page asks: how things stand, and why a caller
 * gets what it gets. Every bean here has {@code @IfBuildProfile("dev")}, so a packaged program has none of them. Nothing
 * that they say holds a secret.
 */
package dev.keyturn.development;
