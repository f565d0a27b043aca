package dev.keyturn.rotation.model;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * One line of a history's script: somebody does something, or something breaks.
 *
 * @param at    since the start
 * @param isRun whether it is a run of a rotator, which says itself what it does
 */
record Action(Duration at, String what, boolean isRun, Consumer<World> effect) {}
