package dev.espalier.testkit.pass;

import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Host;
import dev.espalier.core.pass.Profiler;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.LayerTime;
import dev.espalier.core.profile.MachineProfile;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A machine with a profile that was made up; it measures nothing. */
public final class KnownMachine implements Profiler {
    private final List<String> asked = new ArrayList<>();
    private MachineProfile profile = MachineProfile.of("made up");

    /** This machine computing layers of a kind in blocks of {@code step} channels. */
    public KnownMachine steps(Precision precision, LayerKind kind, int step) {
        List<LayerTime> times = new ArrayList<>();
        for (int width = 2; width <= 96; width += 2) {
            double blocks = Math.ceil((double) width / step);
            times.add(
                    new LayerTime(precision, kind, width, width, 32, 32, 1 + 10 * blocks * blocks));
        }
        profile = profile.withTimes(precision, kind, times);
        return this;
    }

    /** This machine with an answer. */
    public KnownMachine answers(String question, Map<String, Double> micros) {
        profile = profile.withAnswer(new ProfileAnswer(question, micros));
        return this;
    }

    /** As passes see it. */
    public Host host() {
        return new Host(Checkpoints.NONE, Optional.empty(), Optional.of(this));
    }

    /** What passes asked, in order. */
    public List<String> asked() {
        return asked;
    }

    @Override
    public MachineProfile layers(Precision precision, LayerKind kind) {
        asked.add(precision + " " + kind);
        return profile;
    }

    @Override
    public ProfileAnswer answer(ProfileQuestion question) {
        asked.add(question.id());
        return profile.answer(question)
                .orElseThrow(() -> new AssertionError("nothing was made up for " + question.id()));
    }
}
