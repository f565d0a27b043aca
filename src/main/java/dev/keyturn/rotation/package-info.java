/**
 * Turning the keys: what is due ({@link dev.keyturn.rotation.RotationPlan}, pure), taking one step of it
 * ({@link dev.keyturn.rotation.Rotator}), and proof from LiveKit's nodes before anything depends on them.
 *
 * <p>A key is staged, delivered to LiveKit in its {@link dev.keyturn.rotation.KeyFile}, promoted once every node proved
 * twice that it accepts it, held while tokens of the old one live, withdrawn from the file, and dropped once every node
 * proved that it refuses the old one. The file goes through a {@link dev.keyturn.rotation.KeyFileTarget}, which others
 * implement; the {@link dev.keyturn.rotation.Nodes} are asked by a {@link dev.keyturn.rotation.Probe}.
 *
 * <p>What always holds, whoever crashes, sleeps or loses the store when: nothing is signed with a key that some serving
 * node refuses; except after a compromise every token is accepted until it expires; one key is ACTIVE; two rotators at
 * once turn the key once; after any crash the next run goes on.
 */
package dev.keyturn.rotation;
