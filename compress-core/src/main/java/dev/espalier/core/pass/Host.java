package dev.espalier.core.pass;

import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import java.util.Optional;

/**
 * The machine that a pass runs on, as far as passes make use of it.
 *
 * @param cache what is kept between runs, by names that hold a hash of all that the content depends
 *     on; any of it may be gone the next time
 * @param timer measures how long models take; empty where nothing is to be decided by that
 * @param profiler knows what layers cost here; empty where passes decide by what is usual
 */
public record Host(Checkpoints cache, Optional<ModelTimer> timer, Optional<Profiler> profiler) {
    /** Keeps nothing and measures nothing. */
    public static final Host NONE = new Host(Checkpoints.NONE, Optional.empty());

    /** A machine without a profile. */
    public Host(Checkpoints cache, Optional<ModelTimer> timer) {
        this(cache, timer, Optional.empty());
    }

    /**
     * Which of several models is the fastest here: from the profile, or else measured now.
     *
     * @return empty where there is nothing to measure with
     */
    public Optional<ProfileAnswer> answer(ProfileQuestion question) {
        return profiler.map(known -> known.answer(question))
                .or(() -> timer.map(measuring -> measuring.answer(question)));
    }
}
