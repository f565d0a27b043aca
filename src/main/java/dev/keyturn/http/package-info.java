/**
 * What holds for every request and answer, whoever serves it: errors are RFC 9457 problems ({@link
 * dev.keyturn.http.ProblemAnswers}), bodies are bounded ({@link dev.keyturn.http.BodyLimit}), and only the configured
 * pages may call ({@link dev.keyturn.http.Cors}). It works through the framework's filters: an endpoint throws an
 * exception with a status, a detail and perhaps a field, and needs to know nothing of this room.
 */
package dev.keyturn.http;
