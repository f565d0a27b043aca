package dev.keyturn.rotation;

/** What a node says to a key. Only {@link #ACCEPTS} is a yes. */
public enum Verdict { ACCEPTS, REFUSES, UNKNOWN }
