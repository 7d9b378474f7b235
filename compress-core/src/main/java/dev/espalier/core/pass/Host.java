package dev.espalier.core.pass;

import java.util.Optional;

/**
 * The machine that a pass runs on, as far as passes make use of it.
 *
 * @param cache what is kept between runs, by names that hold a hash of all that the content depends
 *     on; any of it may be gone the next time
 * @param timer measures how long models take; empty where nothing is to be decided by that
 */
public record Host(Checkpoints cache, Optional<ModelTimer> timer) {
    /** Keeps nothing and measures nothing. */
    public static final Host NONE = new Host(Checkpoints.NONE, Optional.empty());
}
