/**
 * The API keys of one LiveKit, and which of them signs.
 *
 * <p>A {@link dev.keyturn.keys.KeyRing} holds every key that LiveKit should accept. Exactly one is ACTIVE and signs; a
 * STAGED one is being made known to LiveKit; RETIRING ones are accepted until their last token has expired. The ring is
 * immutable; {@code stage}, {@code promote} and {@code drop} make the next version of it.
 *
 * <p>It is stored as one JSON document ({@link dev.keyturn.keys.KeyRingDocument}) behind {@link
 * dev.keyturn.keys.KeyRingStore}, replaced by compare-and-set, so that a move happens once whoever tries it. A serving
 * replica reads it in the background ({@link dev.keyturn.keys.RingRefresh}) into the {@link dev.keyturn.keys.LiveRing},
 * which keeps the last good ring through every fault and signs nothing once that has gone stale. An {@link
 * dev.keyturn.keys.ApiSecret} prints redacted wherever it turns up.
 */
package dev.keyturn.keys;
