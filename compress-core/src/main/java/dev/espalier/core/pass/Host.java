package dev.espalier.core.pass;

import java.util.Optional;

/** The machine that a pass runs on, as far as passes make use of it. */
public interface Host {
    /**
     * What is kept between runs, by names that hold a hash of all that the content depends on; any
     * of it may be gone the next time.
     */
    Checkpoints cache();

    /** Measures how long models take; empty where nothing is to be decided by that. */
    Optional<ModelTimer> timer();

    /** Keeps nothing and measures nothing. */
    Host NONE = of(Checkpoints.NONE, Optional.empty());

    /** A host of these parts. */
    static Host of(Checkpoints cache, Optional<ModelTimer> timer) {
        return new Host() {
            @Override
            public Checkpoints cache() {
                return cache;
            }

            @Override
            public Optional<ModelTimer> timer() {
                return timer;
            }
        };
    }
}
