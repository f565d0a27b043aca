package dev.keyturn.doctor;

import dev.keyturn.rotation.NodeProblem;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** TURN over TLS, by which clients come through firewalls: its certificate, and that it is TURN (RFC 8489, RFC 8656). */
public final class TurnCheckup implements Checkup {

    private static final int MAGIC = 0x2112A442;
    private static final int HEADER = 20;
    private static final int BINDING = 0x0001;
    private static final int ALLOCATE = 0x0003;
    private static final int SUCCESS = 0x0100;
    private static final int ERROR = 0x0110;
    private static final byte[] UDP = {0x00, 0x19, 0x00, 0x04, 0x11, 0x00, 0x00, 0x00}; // REQUESTED-TRANSPORT

    private final URI url;
    private final Duration timeout;
    private final Certificates certificates;
    private final SecureRandom random = new SecureRandom();

    /** @param url {@code https://turn.example.com:443}, whatever it speaks */
    TurnCheckup(URI url, Duration timeout, Certificates certificates) {
        this.url = url;
        this.timeout = timeout;
        this.certificates = certificates;
    }

    @Override
    public String subject() {
        return "TURN";
    }

    @Override
    public List<Finding> look() {
        var findings = new ArrayList<Finding>();
        try {
            var places = Endpoint.allOf(url);
            for (var place : places) {
                look(place, "TURN " + place.called() + (places.size() > 1 ? " (" + place.name() + ")" : ""), findings);
            }
        } catch (UnknownHostException e) {
            findings.add(Finding.fault("TURN", "nobody knows the name " + url.getHost(),
                    "Correct it (turn.domain), or the name service."));
        }
        return findings;
    }

    private void look(Endpoint place, String item, List<Finding> findings) {
        List<X509Certificate> chain = List.of();
        try (var connection = Connection.open(place, timeout)) {
            chain = connection.chain();
            findings.add(certificates.judge(item + ": TLS", place.host(), chain,
                    "turn.cert_file and turn.key_file (or the balancer's, with turn.external_tls)"));
            var binding = ask(connection, BINDING, new byte[0]);
            findings.add(judge(item + ": relay", binding,
                    binding == (BINDING | SUCCESS) ? ask(connection, ALLOCATE, UDP) : 0));
        } catch (IOException | RuntimeException e) {
            var problem = NodeProblem.of(e, timeout);
            findings.add(chain.isEmpty()
                    ? Finding.fault(item + ": TLS", "does not answer (" + problem + ")", "See that turn.enabled and"
                            + " turn.tls_port are set and that port 443 of turn.domain leads there: clients are always"
                            + " told 443.")
                    : judge(item + ": relay", 0, 0));
        }
    }

    /**
     * @param binding  the type of the answer to a Binding request; 0 if it was none
     * @param allocate the same, to an Allocate request by nobody
     */
    static Finding judge(String item, int binding, int allocate) {
        if (binding != (BINDING | SUCCESS)) {
            return Finding.fault(item, "what answers there does not speak STUN or TURN",
                    "Let port 443 of turn.domain lead to LiveKit's turn.tls_port without HTTP in between (by SNI, at layer"
                            + " 4).");
        }
        return switch (allocate) {
            case ALLOCATE | ERROR -> Finding.ok(item, "speaks TURN, and relays for nobody without credentials");
            case ALLOCATE | SUCCESS -> Finding.fault(item, "relays for anybody, without credentials",
                    "Let the TURN server ask for credentials (coturn: use-auth-secret, no 'no-auth').");
            default -> Finding.fault(item, "speaks STUN, and not TURN",
                    "Point turn.domain at a TURN server: LiveKit's own (turn.enabled) or coturn.");
        };
    }

    /** The type of the answer to a request of this type; 0 if it is none. */
    private int ask(Connection connection, int type, byte[] attributes) throws IOException {
        var id = new byte[12];
        random.nextBytes(id);
        var request = ByteBuffer.allocate(HEADER + attributes.length)
                .putShort((short) type).putShort((short) attributes.length).putInt(MAGIC).put(id).put(attributes);
        connection.out().write(request.array());
        connection.out().flush();
        var in = new DataInputStream(connection.in());
        var answer = in.readUnsignedShort();
        var length = in.readUnsignedShort();
        var isStun = in.readInt() == MAGIC;
        var same = Arrays.equals(in.readNBytes(id.length), id);
        if (isStun && same) {
            in.readNBytes(length);
        }
        return isStun && same ? answer : 0;
    }
}
