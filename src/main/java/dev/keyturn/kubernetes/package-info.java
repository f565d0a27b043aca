/**
 * LiveKit's key file in a Kubernetes Secret, and LiveKit restarted on it ({@link
 * dev.keyturn.kubernetes.KubernetesTarget}).
 *
 * <p>The Secret's {@code resourceVersion} is the fence: every write names the one that it replaces. What makes the
 * workload's pods new is an annotation of their template that names the delivery, the key file's header without its
 * keys: where it is another than the file's, the restart is still to be done.
 *
 * <p>{@link dev.keyturn.kubernetes.ApiServer} calls, {@link dev.keyturn.kubernetes.ApiAnswer} says what an answer
 * means. Whatever goes wrong becomes one sentence for an operator, which names the object and, where a right lacks, the
 * rule that would give it. Answers are never quoted: those about a Secret hold it.
 */
package dev.keyturn.kubernetes;
