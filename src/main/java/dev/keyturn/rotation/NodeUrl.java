package dev.keyturn.rotation;

import io.netty.util.NetUtil;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.util.Locale;

/**
 * One URL of {@code keyturn.rotation.nodes}: where some of LiveKit's nodes are.
 *
 * @param tls  whether it is {@code https}
 * @param host a name, or an address; one of IPv6 in brackets
 * @param port the one it names, else 80 or 443
 */
record NodeUrl(boolean tls, String host, int port) {

    private static final int LARGEST_PORT = 65_535;

    /** @throws ConfigurationException if it says anything but that; quotes neither a path nor a password */
    static NodeUrl of(URI url) {
        var scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw refused(url, "is not http:// or https://");
        }
        if (url.getHost() == null) {
            throw refused(url, "names no host (letters, digits, dots and hyphens), or a port that is no number");
        }
        if (url.getPort() == 0 || url.getPort() > LARGEST_PORT) {
            throw refused(url, "has a port that is not between 1 and " + LARGEST_PORT);
        }
        var path = url.getRawPath();
        if (url.getRawUserInfo() != null || !path.isEmpty() && !path.equals("/")
                || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw refused(url, "has more than host and port: nodes are asked at '/', and who asks is said by a token");
        }
        var tls = scheme.equals("https");
        return new NodeUrl(tls, url.getHost(), url.getPort() > 0 ? url.getPort() : tls ? 443 : 80);
    }

    /** Whether the host is an address and no name. */
    boolean isAddress() {
        return NetUtil.isValidIpV4Address(host) || host.startsWith("[");
    }

    private static ConfigurationException refused(URI url, String why) {
        var shown = url.getHost() == null ? "a URL" : "the URL of host '" + url.getHost() + "'";
        return new ConfigurationException("keyturn.rotation.nodes: " + shown + " " + why
                + ". One looks like http://livekit-nodes.livekit.svc:7880");
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + host + ":" + port;
    }
}
