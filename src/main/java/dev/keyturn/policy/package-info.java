/**
 * Who may have which token: the policy. Pure: it knows neither HTTP nor a container, and nothing else of ours.
 *
 * <p>A {@link dev.keyturn.policy.Caller} (an issuer and the claims of a verified bearer token, or nobody) sends a
 * {@link dev.keyturn.policy.TokenRequest} (what LiveKit's token endpoint can be asked for). The
 * {@link dev.keyturn.policy.Policy} answers with a {@link dev.keyturn.policy.Decision}: a
 * {@link dev.keyturn.policy.Grant}, which is all of a token but its key, time and number, or a refusal that names the
 * reason and the field.
 *
 * <p>A policy is an ordered list of rules from a YAML file ({@code docs/policy.md}). A rule has an audience, and rooms;
 * the first whose audience holds the caller and whose rooms hold the one that was asked for decides alone. What it lets
 * the request choose, it says word by word: a request narrows what its rule gives and never widens it.
 *
 * <p>Names of rooms, identities and agents are patterns with claims in them, {@code {tenant}:*}. That no claim, however
 * it is written, lets one tenant into another's names is the one proof of this package; it stands in
 * {@code NamePattern}.
 *
 * <p>The file is read into rules by the classes called {@code …Reader}; each reads one section and reports everything
 * that is wrong to {@code Problems}, with its line. {@code RuleIndex} then finds the few rules that may be for a caller
 * without asking a thousand others, and {@code Policy.explain} asks them all, to tell people why.
 */
package dev.keyturn.policy;
