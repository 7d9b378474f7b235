package dev.espalier.core.pass;

import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.MachineProfile;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;

/**
 * Where passes ask what layers cost on this machine. What is not known yet is measured when it is
 * asked for, once, and kept, so that nobody pays for what no pass of a recipe asks, and two runs
 * get the same answer.
 */
public interface Profiler {
    /** A profile that knows layers of this kind at widths that show the step of channels. */
    MachineProfile layers(Precision precision, LayerKind kind);

    /** What was measured of the candidates. */
    ProfileAnswer answer(ProfileQuestion question);
}
