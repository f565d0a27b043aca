package dev.keyturn.agents;

import dev.keyturn.DocumentBlock;

/** The blocks of docs/agents.md, which the tests run as they stand. */
public final class AgentsPage {

    private AgentsPage() {}

    /** The first block of this language under this heading, up to the next one. */
    public static String block(String heading, String language) {
        return DocumentBlock.of("docs/agents.md", heading, language);
    }
}
