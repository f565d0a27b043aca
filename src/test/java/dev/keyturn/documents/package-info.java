/** The documents are followed, word for word: {@link dev.keyturn.documents.DocumentedCommandsIT}. */
package dev.keyturn.documents;
