package dev.keyturn.rotation;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Comparator;

/**
 * One node: an address behind a URL.
 *
 * @param url     by whose name it is called
 * @param address what is connected to
 */
record NodeAddress(NodeUrl url, InetAddress address) {

    /** By address, then port. */
    static final Comparator<NodeAddress> ORDER = Comparator
            .comparing((NodeAddress node) -> node.address.getAddress().length)
            .thenComparing(node -> node.address.getAddress(), Arrays::compareUnsigned)
            .thenComparing(node -> node.url.port());

    /** {@code 10.0.0.7:7880}, {@code [fd00::7]:7880}. */
    String name() {
        var text = NetUtil.toAddressString(address);
        return (address instanceof Inet6Address ? "[" + text + "]" : text) + ":" + url.port();
    }
}
