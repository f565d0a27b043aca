package dev.keyturn.keys;

/** Where a key is in its life. The names in brackets are those of NIST SP 800-57 part 1, section 7. */
public enum KeyState {
    /** LiveKit accepts it, or is about to; it signs nothing (pre-active). */
    STAGED,
    /** It signs every new token; a ring has exactly one (active). */
    ACTIVE,
    /** It signs nothing any more, and its tokens are accepted until the last has expired (deactivated). */
    RETIRING
}
