package dev.keyturn.callers;

import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipal;
import io.smallrye.jwt.auth.principal.JWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.ParseException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;

/**
 * Lets Quarkus Security's bearer mechanism believe the issuers that {@link Callers} believes, and no key that
 * {@code mp.jwt.verify.*} may name. The principal is a {@link CallerPrincipal}.
 */
@Alternative
@Priority(1)
@ApplicationScoped
public class CallerPrincipalFactory extends JWTCallerPrincipalFactory {

    @Inject
    Callers callers;

    @Override
    public JWTCallerPrincipal parse(String bearer, JWTAuthContextInfo ignored) throws ParseException {
        try {
            return new CallerPrincipal(callers.verify(bearer));
        } catch (InvalidBearerException e) {
            throw new ParseException(e.getMessage(), e);
        }
    }
}
