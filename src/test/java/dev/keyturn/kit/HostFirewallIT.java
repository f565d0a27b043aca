package dev.keyturn.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.servers.Namespaces;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The firewall for LiveKit on the host's network, as it stands in k8s/, loaded on a "node": a network namespace with
 * listeners on LiveKit's ports, and another one behind a wire, which has every address that the file names, and a
 * stranger's. Nothing of the machine's own network is touched, and all of it goes with its processes.
 */
@NeedsServer(ServerBinary.NFT)
class HostFirewallIT {

    private static final Path FIREWALL = Path.of("k8s/livekit/host-firewall.nft");
    private static final List<String> NODE = List.of("198.51.100.1", "2001:db8:1::1");

    /** An address of each family out of the file's sets; a stranger's is in none. */
    private static final Map<String, List<String>> WHO = Map.of(
            "internet", List.of("203.0.113.7", "2001:db8:ffff::7"),
            "ingress-controllers", List.of("192.0.2.10", "2001:db8::10"),
            "rotation", List.of("192.0.2.20", "2001:db8::20"),
            "agents", List.of("192.0.2.47", "2001:db8:0:32:1::7"),
            "prometheus", List.of("192.0.2.50", "2001:db8::50"),
            "livekit-nodes", List.of("192.0.2.60", "2001:db8::60"));

    /** All that listens and asks is {@link Knock}; what is asked stands in two files. It ends with its first process. */
    private static final String NETWORK = """
            set -e
            firewall=$1 nft=$2 knock=$3 ports=$4 addresses=$5 node=$6 strangers=$7 inside=$8 outside=$9
            mount -t tmpfs none /run
            mkdir /run/netns
            touch /run/netns/outside
            unshare --net=/run/netns/outside true
            [ -z "$(ip -n outside route)" ] # it is a new one, not the machine's
            ip link set lo up
            ip link add wire0 type veth peer name wire1
            ip link set wire1 netns outside
            for address in $node; do ip address add $address dev wire0 nodad; done # IPv6 is good at once
            for address in $addresses; do ip -n outside address add $address dev wire1 nodad; done
            ip link set wire0 up
            ip -n outside link set wire1 up
            for family in -4 -6; do
              ip $family route add default dev wire0
              ip -n outside $family route add default dev wire1
            done
            "$nft" -c -f "$firewall"
            sed 's/192.0.2.10/203.0.113.7/' "$firewall" | "$nft" -f - # an earlier one, which let the stranger in
            "$nft" -f "$firewall"
            mkfifo /run/ready
            $knock serve $ports >/run/ready &
            read -r ready </run/ready
            nsenter --net=/run/netns/outside $knock serve $strangers >/run/ready &
            read -r ready </run/ready
            $knock ask <"$inside"
            nsenter --net=/run/netns/outside $knock ask <"$outside"
            """;

    @Test
    void on_a_node_the_firewall_lets_in_whom_the_page_says(@TempDir Path folder) throws Exception {
        var inside = new LinkedHashMap<String, String>(); // what is asked on the node itself, and what is to be answered
        var outside = new LinkedHashMap<String, String>();
        var cells = MatrixTable.read("On a node").cells();
        for (var family : List.of(0, 1)) {
            for (var cell : cells) {
                var itself = cell.who().equals("itself");
                var from = itself ? NODE.get(family) : WHO.get(cell.who()).get(family);
                (itself ? inside : outside).put(port(cell) + " " + from + " " + NODE.get(family), cell.yes() ? "yes" : "no");
            }
            // the node's own question to a stranger, from a port of TURN's range: its answer comes in
            inside.put("5300/udp " + NODE.get(family) + "@35000 " + WHO.get("internet").get(family), "yes");
        }
        var ports = cells.stream().map(HostFirewallIT::port).distinct().collect(Collectors.joining(" "));

        var answers = ask(folder, ports, inside.keySet(), outside.keySet()).iterator();
        var otherwise = new TreeSet<String>();
        for (var asked : List.of(inside, outside)) {
            asked.forEach((question, expected) -> {
                var answer = answers.next();
                if (!answer.equals(expected)) {
                    otherwise.add(question + ": " + answer);
                }
            });
        }
        assertEquals(new TreeSet<>(), otherwise, "the firewall says otherwise than docs/network.md");
    }

    private static String port(MatrixTable.Cell cell) {
        return cell.port() + "/" + cell.protocol().toLowerCase(Locale.ROOT);
    }

    private static List<String> ask(Path folder, String ports, Set<String> inside, Set<String> outside) throws Exception {
        Files.write(folder.resolve("inside"), inside);
        Files.write(folder.resolve("outside"), outside);
        var knock = Path.of(System.getProperty("java.home"), "bin/java") + " -XX:TieredStopAtLevel=1 -cp "
                + "target/test-classes " + Knock.class.getName();
        var addresses = WHO.values().stream().flatMap(List::stream).collect(Collectors.joining(" "));
        var strangers = WHO.get("internet").stream().map(address -> address + "@5300/udp").collect(Collectors.joining(" "));
        var errors = folder.resolve("errors");
        var command = new ArrayList<>(Namespaces.fresh(HostFirewallIT.class,
                "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"));
        command.addAll(List.of("sh", "-c", NETWORK, "sh", FIREWALL.toString(), ServerBinary.NFT.path().toString(),
                knock, ports, addresses, String.join(" ", NODE), strangers,
                folder.resolve("inside").toString(), folder.resolve("outside").toString()));
        var process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        var answers = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, process.waitFor(), Files.readString(errors));
        assertEquals(inside.size() + outside.size(), answers.size());
        return answers;
    }
}
