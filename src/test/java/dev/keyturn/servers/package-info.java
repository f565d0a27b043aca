/**
 * Real servers for the tests, on free ports of 127.0.0.1: {@link dev.keyturn.servers.LiveKitServer},
 * {@link dev.keyturn.servers.RedisServer}, {@link dev.keyturn.servers.VaultServer}, {@link
 * dev.keyturn.servers.KubernetesServer}, and {@link dev.keyturn.servers.FaultyProxy} to come between.
 *
 * <p>A test class that uses one says so with {@link dev.keyturn.servers.NeedsServer}: without the program it is skipped
 * with a line that says how to get it, or fails where {@code CI=true}. A Quarkus test takes
 * {@link dev.keyturn.servers.VaultResource} and {@link dev.keyturn.servers.LiveKitResource}, which configure the
 * program.
 *
 * <p>Secrets reach the servers through the environment, files of mode 0600 and HTTP, never through arguments; and no
 * server outlives the tests, even if their JVM is killed ({@link dev.keyturn.servers.ServerProcess}).
 */
package dev.keyturn.servers;
