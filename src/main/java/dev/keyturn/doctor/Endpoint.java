package dev.keyturn.doctor;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One address behind a URL.
 *
 * @param address what is connected to
 * @param host    by whose name it is called, and its certificate judged; one of IPv6 without brackets
 * @param tls     whether it is {@code https} or {@code wss}
 */
record Endpoint(InetAddress address, String host, int port, boolean tls) {

    private static final Comparator<InetAddress> ORDER = Comparator
            .comparing((InetAddress address) -> address.getAddress().length)
            .thenComparing(InetAddress::getAddress, Arrays::compareUnsigned);

    /**
     * Every address behind a URL, in a stable order.
     *
     * @throws UnknownHostException if nobody knows the name
     */
    static List<Endpoint> allOf(URI url) throws UnknownHostException {
        var host = hostOf(url);
        return Stream.of(InetAddress.getAllByName(host)).sorted(ORDER).distinct()
                .map(address -> new Endpoint(address, host, portOf(url), isTls(url))).toList();
    }

    static boolean isTls(URI url) {
        var scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        return scheme.equals("https") || scheme.equals("wss");
    }

    static int portOf(URI url) {
        return url.getPort() > 0 ? url.getPort() : isTls(url) ? 443 : 80;
    }

    static String hostOf(URI url) {
        return url.getHost().replaceAll("^\\[|]$", "");
    }

    Endpoint at(int otherPort, boolean withTls) {
        return new Endpoint(address, host, otherPort, withTls);
    }

    boolean isNamed() {
        return !NetUtil.isValidIpV4Address(host) && !NetUtil.isValidIpV6Address(host);
    }

    /** {@code 10.0.0.7:7880}, {@code [fd00::7]:7880}. */
    String name() {
        var text = NetUtil.toAddressString(address);
        return (address instanceof Inet6Address ? "[" + text + "]" : text) + ":" + port;
    }

    /** By the name that it is known by, with its port where that is not the usual one. */
    String called() {
        var text = host.contains(":") ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? text : text + ":" + port;
    }
}
