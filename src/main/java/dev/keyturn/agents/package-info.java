/**
 * The API key pair for agents, whose workers cannot run without it: the server that gives it, and {@code keyturn exec},
 * which keeps an agent on a current one.
 *
 * <p>{@link dev.keyturn.agents.CredentialsResource} is {@code GET /agent/credentials}; {@link
 * dev.keyturn.agents.Credentials} is what happens there: the caller is authenticated, the policy's list of credentials
 * decides, and the pair that is ACTIVE is the answer ({@link dev.keyturn.agents.Handout}). A poller that shows by its
 * ETag which pair it holds gets a 304 while that is the current one, and may have that held back until the key turns:
 * it then stands among the {@link dev.keyturn.agents.WaitingPolls}, and no thread waits with it.
 *
 * <p>Each answer says until when its pair is good. The rotation keeps that promise: it drops no key before the last
 * such time that any replica can have given out, and the agents' drain time, have passed.
 */
package dev.keyturn.agents;
