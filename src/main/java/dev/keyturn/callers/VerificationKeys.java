package dev.keyturn.callers;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The keys an issuer shows at one time, those only that fit its algorithms. Immutable. */
final class VerificationKeys {

    static final VerificationKeys NONE = new VerificationKeys(List.of(), Set.of());

    private final Set<VerificationKey> keys;

    VerificationKeys(List<VerificationKey> shown, Set<SigningAlgorithm> algorithms) {
        var fit = new LinkedHashSet<VerificationKey>();
        for (var key : shown) {
            if (algorithms.stream().anyMatch(key::fits)) {
                fit.add(key);
            }
        }
        keys = fit;
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    int size() {
        return keys.size();
    }

    boolean contains(VerificationKey key) {
        return keys.contains(key);
    }

    /**
     * The key for a token with this {@code kid}, which may be null, and this {@code alg}. Without a name to go by it is
     * found only if just one key could be meant: signatures are never tried key by key.
     */
    Optional<VerificationKey> find(String kid, SigningAlgorithm algorithm) {
        var candidates = keys.stream().filter(key -> key.answersTo(kid) && key.fits(algorithm)).toList();
        return candidates.size() == 1 ? Optional.of(candidates.get(0)) : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerificationKeys others && keys.equals(others.keys);
    }

    @Override
    public int hashCode() {
        return keys.hashCode();
    }
}
