package dev.keyturn.rotation;

import java.time.Duration;

/**
 * How a turn of the keys is paced.
 *
 * @param period       how old the active key gets before the next one is staged
 * @param maxStaleness how long a serving replica that is cut off from the store goes on to sign
 * @param longestTtl   of any token that the policy allows
 * @param leeway       how far apart the clocks of all that takes part may be; also LiveKit's own for a token's expiry
 * @param agentsDrain  how long an agent's worker may go on with jobs on the key that it was started with
 * @param settle       between the two times that the nodes are asked
 * @param reorder      whether LiveKit is restarted once with the signing key first before the others go
 * @param reorderWait  how long it then signs its refresh tokens mostly with that one; it does so every 5 minutes
 * @param minNodes     fewer nodes than this prove nothing
 * @param lateAfter    how long a step may wait for LiveKit before someone has to look
 */
public record RotationSettings(
        Duration period,
        Duration maxStaleness,
        Duration longestTtl,
        Duration leeway,
        Duration agentsDrain,
        Duration settle,
        boolean reorder,
        Duration reorderWait,
        int minNodes,
        Duration lateAfter) {

    /**
     * How long a retired key stays accepted: until the last token that anybody can have signed with it has expired, for
     * everybody. A replica may have read the ring just before the move, and signs for {@code maxStaleness} from then.
     * The leeway counts twice: its clock may be ahead of the nodes', and the store's, which says when the key was
     * retired, behind that of whoever waits.
     */
    public Duration hold() {
        return maxStaleness.plus(longestTtl).plus(leeway.multipliedBy(2)).plus(agentsDrain);
    }
}
