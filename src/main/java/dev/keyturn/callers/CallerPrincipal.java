package dev.keyturn.callers;

import dev.keyturn.policy.Caller;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipal;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A {@link Caller} as Quarkus Security's principal, for endpoints that are secured by annotations.
 *
 * <p>Unlike others of its kind it does not keep the bearer token, and does not print claims.
 */
public final class CallerPrincipal extends JWTCallerPrincipal {

    private static final Set<String> DATES = Set.of("exp", "iat", "nbf", "auth_time", "updated_at");
    private static final Set<String> TEXTS = Set.of("aud", "groups");

    private final Caller caller;

    CallerPrincipal(Caller caller) {
        super(null, "JWT");
        this.caller = caller;
    }

    public Caller caller() {
        return caller;
    }

    /** The {@code sub}, and nothing else: other claims may be anything, and need not be unique. */
    @Override
    public String getName() {
        return caller.subject();
    }

    @Override
    public String getIssuer() {
        return caller.issuer();
    }

    @Override
    protected Collection<String> doGetClaimNames() {
        return caller.claims().keySet();
    }

    /** With the types that {@link org.eclipse.microprofile.jwt.JsonWebToken} promises for the registered claims. */
    @Override
    protected Object getClaimValue(String name) {
        var value = caller.claims().get(name);
        if (DATES.contains(name)) {
            return value instanceof Number number ? number.longValue() : 0L;
        }
        return TEXTS.contains(name) ? texts(value) : value;
    }

    private static Set<String> texts(Object value) {
        var texts = new LinkedHashSet<String>();
        for (var element : value instanceof Collection<?> list ? list : Set.of(value == null ? "" : value)) {
            if (element instanceof String text && !text.isEmpty()) {
                texts.add(text);
            }
        }
        return texts;
    }

    @Override
    public String toString(boolean showAll) {
        return "CallerPrincipal of " + caller.issuer();
    }
}
