package dev.keyturn.doctor;

import dev.keyturn.doctor.Http.Reply;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What browsers are told about pages of other origins, also with an error: by LiveKit through its proxy, or by Keyturn. */
public final class CorsCheckup implements Checkup {

    private static final String FOREIGN = "https://foreign.example";
    private static final String ALLOW = "access-control-allow-origin";

    private final URI url;
    private final boolean keyturn;
    private final Optional<String> origin;
    private final Http http;

    /**
     * @param keyturn whether it is Keyturn's, which knows its origins; LiveKit lets everybody ask
     * @param origin  of the page that has to be allowed
     */
    CorsCheckup(URI url, boolean keyturn, Optional<String> origin, Http http) {
        this.url = url;
        this.keyturn = keyturn;
        this.origin = origin;
        this.http = http;
    }

    @Override
    public String subject() {
        return keyturn ? "Keyturn: CORS" : "signalling: CORS";
    }

    @Override
    public List<Finding> look() {
        Endpoint place;
        try {
            place = Endpoint.allOf(url).get(0);
        } catch (UnknownHostException e) {
            return List.of(); // said of its TLS
        }
        var findings = new ArrayList<Finding>();
        var item = place.called() + ": CORS";
        var foreign = answers(place, FOREIGN);
        if (!keyturn) {
            findings.add(ofLiveKit(item, foreign));
        } else {
            findings.add(ofForeign(item + " of others", foreign));
        }
        findings.add(origin.map(own -> ofOwn(item + " of " + own, own, answers(place, own), keyturn))
                .orElseGet(() -> Finding.unseen(item + " of your app", "it is not known which origin your app has",
                        "Give it with --origin https://app.example.com.")));
        return findings;
    }

    /** A preflight, and an answer that is an error; no token is asked for in a way that gives one. */
    private Map<String, Reply> answers(Endpoint place, String origin) {
        var method = keyturn ? "POST" : "GET";
        var path = keyturn ? "/token" : "/rtc/validate";
        var answers = new LinkedHashMap<String, Reply>();
        answers.put("the preflight", http.ask(place, "OPTIONS", path, Map.of("Origin", origin,
                "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization"), ""));
        answers.put("an error", keyturn
                ? http.ask(place, "POST", path, Map.of("Origin", origin, "Content-Type", "application/json"), "?")
                : http.get(place, path, Map.of("Origin", origin)));
        return answers;
    }

    static Finding ofLiveKit(String item, Map<String, Reply> answers) {
        var broken = broken(item, answers);
        if (broken.isPresent()) {
            return broken.get();
        }
        var all = answers.values().stream().allMatch(reply -> reply.all(ALLOW).isEmpty());
        return Finding.ok(item, all ? "no other origin is allowed"
                : "every origin may ask, once and without cookies: LiveKit's own answer, harmless with tokens");
    }

    static Finding ofForeign(String item, Map<String, Reply> answers) {
        var broken = broken(item, answers);
        if (broken.isPresent()) {
            return broken.get();
        }
        var allowed = answers.entrySet().stream().filter(answer -> answer.getValue().all(ALLOW).stream()
                .anyMatch(value -> value.equals("*") || value.equals(FOREIGN))).map(Map.Entry::getKey).toList();
        return allowed.isEmpty() ? Finding.ok(item, "a foreign origin is not allowed")
                : Finding.fault(item, "a page of any origin may read " + Words.all(allowed),
                        "Set keyturn.cors.origins to your apps' origins alone, and let no proxy add"
                                + " Access-Control-Allow-Origin.");
    }

    /** @param keyturn whose setting it is, for the advice */
    static Finding ofOwn(String item, String origin, Map<String, Reply> answers, boolean keyturn) {
        var broken = broken(item, answers);
        if (broken.isPresent()) {
            return broken.get();
        }
        var lacking = answers.entrySet().stream().filter(answer -> answer.getValue().all(ALLOW).stream()
                .noneMatch(value -> value.equals("*") || value.equals(origin))).map(Map.Entry::getKey).toList();
        return lacking.isEmpty() ? Finding.ok(item, "allowed, also with an error")
                : Finding.fault(item, "a page of " + origin + " may not read " + Words.all(lacking), keyturn
                        ? "Add " + origin + " to keyturn.cors.origins, exactly so, and let no proxy take away the header."
                        : "Let the proxy leave LiveKit's own CORS headers as they are.");
    }

    /** What is wrong whoever asks: no answer, a header twice, or everybody's cookies. */
    private static Optional<Finding> broken(String item, Map<String, Reply> answers) {
        for (var answer : answers.entrySet()) {
            var reply = answer.getValue();
            if (reply.status() == 0) {
                return Optional.of(Finding.unseen(item, reply.said(), "Mend what is said of its TLS first."));
            }
            var values = reply.all(ALLOW);
            if (values.size() > 1 || values.stream().anyMatch(value -> value.contains(","))) {
                return Optional.of(Finding.fault(item, "Access-Control-Allow-Origin is sent "
                        + Math.max(2, values.size()) + " times with " + answer.getKey() + ": browsers refuse that",
                        "Let the proxy not add it, or drop the server's own (nginx: proxy_hide_header"
                                + " Access-Control-Allow-Origin)."));
            }
            var anybody = values.contains("*") || values.contains(FOREIGN);
            if (anybody && reply.first("access-control-allow-credentials").equals("true")) {
                return Optional.of(Finding.fault(item, "any origin is allowed, with credentials, with "
                        + answer.getKey(), "Take Access-Control-Allow-Credentials out of the proxy: nothing here uses"
                        + " cookies."));
            }
        }
        return Optional.empty();
    }
}
