package dev.keyturn.agents;

import java.time.Duration;
import java.util.List;

/**
 * A request for credentials.
 *
 * @param authorization the values of the {@code Authorization} header
 * @param marked        whether it has the header that says that it means it
 * @param shown         what it holds already
 * @param patience      how long it would wait for something else than that; within what is allowed
 * @param client        the address it came from
 */
record Poll(List<String> authorization, boolean marked, EntityTags shown, Duration patience, String client) {}
