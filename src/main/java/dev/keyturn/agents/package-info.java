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
 *
 * <p>{@link dev.keyturn.agents.Exec} is the other side. {@code CredentialsPoll} asks a server over and over, by the
 * {@code CredentialsClient}; {@code Supervisor} decides which workers run, and is plain Java that is told what
 * happened, one thing at a time; {@code WorkerProcesses} are its hands. {@code Orphans} is what exec owes the other
 * processes of a container as PID 1.
 */
package dev.keyturn.agents;
