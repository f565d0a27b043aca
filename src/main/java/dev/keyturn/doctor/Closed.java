package dev.keyturn.doctor;

import dev.keyturn.doctor.Http.Reply;

/** Ports that must not be there for clients. */
final class Closed {

    private Closed() {}

    /** @param port in words, with its setting */
    static Finding judge(String item, Reply reply, String what, String port) {
        return reply.status() == 0
                ? Finding.ok(item, "no " + what + " there (" + reply.problem() + ")")
                : Finding.fault(item, "by the name that clients use, " + port + " answers (" + reply.status() + ")",
                        "Close it in the firewall or the network policy to all but those inside who need it.");
    }

    /** The very address has to answer from here: what the internet sees is another matter. */
    static Finding sameAddress(String item) {
        return Finding.unseen(item, "the name leads to the node's own address, which has to answer here",
                "Look from outside your network: run the doctor there with --url alone.");
    }
}
