/**
 * Traces for OpenTelemetry, where {@code keyturn.tracing.endpoint} says where they go. {@link
 * dev.keyturn.tracing.Tracing} begins and ends every span, so all that can be in one is there: never a name, an
 * address, a header or a body that somebody sent, never the path of a URL. Without the setting there is no span, no
 * thread and no work. It knows nothing of ours.
 */
package dev.keyturn.tracing;
