/**
 * Secrets in local files: the ring of a single machine ({@link dev.keyturn.file.FileKeyRingStore}), and LiveKit's key
 * file ({@link dev.keyturn.file.FileTarget}). Such a file has mode 0600, is replaced as a whole by an atomic rename,
 * and is refused when others could have read it.
 */
package dev.keyturn.file;
