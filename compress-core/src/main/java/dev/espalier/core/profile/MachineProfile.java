package dev.espalier.core.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What is known of the speed of one machine. It may know some kinds of layers and questions and not
 * others; each {@code with} gives one that knows more.
 *
 * @param machine on which it was measured, in one line: CPU, cores, runtime and threads
 * @param saturates whether sums of 8-bit products saturate there; empty where nobody asked
 * @param times of layers
 * @param answers by the id of their question
 */
public record MachineProfile(
        String machine,
        Optional<Boolean> saturates,
        List<LayerTime> times,
        Map<String, ProfileAnswer> answers) {
    public MachineProfile {
        times = List.copyOf(times);
        answers = Map.copyOf(answers);
    }

    /** Knows nothing yet of {@code machine}. */
    public static MachineProfile of(String machine) {
        return new MachineProfile(machine, Optional.empty(), List.of(), Map.of());
    }

    /** This knowing whether sums saturate. */
    public MachineProfile withSaturates(boolean value) {
        return new MachineProfile(machine, Optional.of(value), times, answers);
    }

    /** This with times of layers, which replace those of the same precision and kind. */
    public MachineProfile withTimes(Precision precision, LayerKind kind, List<LayerTime> measured) {
        List<LayerTime> all = new ArrayList<>(times);
        all.removeIf(time -> time.precision() == precision && time.kind() == kind);
        all.addAll(measured);
        return new MachineProfile(machine, saturates, all, answers);
    }

    /** This with an answer. */
    public MachineProfile withAnswer(ProfileAnswer answer) {
        Map<String, ProfileAnswer> all = new TreeMap<>(answers);
        all.put(answer.id(), answer);
        return new MachineProfile(machine, saturates, times, all);
    }

    /** The times of layers of one kind. */
    public List<LayerTime> times(Precision precision, LayerKind kind) {
        return times.stream()
                .filter(time -> time.precision() == precision && time.kind() == kind)
                .toList();
    }

    /** The answer to {@code question}, if it covers all that is asked. */
    public Optional<ProfileAnswer> answer(ProfileQuestion question) {
        return Optional.ofNullable(answers.get(question.id())).filter(question::isAnsweredBy);
    }

    /**
     * How many channels the kernels of a kind compute at once: widths between multiples of it are
     * hardly cheaper than the next multiple. See {@code ChannelSteps} for the formula.
     *
     * @return 1, 4, 8, 16 or 32; empty where too few widths were measured
     */
    public OptionalInt step(Precision precision, LayerKind kind) {
        Map<Long, Map<Integer, Double>> byPixels = new TreeMap<>();
        for (LayerTime time : times(precision, kind)) {
            if (time.inputs() == time.outputs()) {
                byPixels.computeIfAbsent(time.pixels(), pixels -> new TreeMap<>())
                        .put(time.inputs(), time.micros());
            }
        }
        // The map size with most widths is the one that was measured for this.
        return byPixels.values().stream()
                .max((a, b) -> Integer.compare(a.size(), b.size()))
                .map(widths -> ChannelSteps.of(widths, kind.isChannelwise() ? 1 : 2))
                .orElse(OptionalInt.empty());
    }

    /**
     * What a layer takes, scaled from the measured layer that is nearest in blocks of channels and
     * in pixels: {@code t = t' (I O P) / (I' O' P')} with I and O the blocks of {@link #step}
     * channels that it reads and makes, I left out where it is channelwise, and P its pixels.
     *
     * @param height of the map that it reads; of a product, its rows
     * @param width of that map; 1 of a product
     * @return empty where no layer of the kind was measured
     */
    public Optional<LayerEstimate> micros(
            Precision precision, LayerKind kind, int inputs, int outputs, int height, int width) {
        return LayerEstimate.of(
                new LayerEstimate.Asked(
                        kind.isChannelwise(),
                        step(precision, kind).orElse(1),
                        inputs,
                        outputs,
                        (long) height * width),
                times(precision, kind));
    }

    /** All of it as text, which {@link #parse} reads. */
    public String text() {
        return ProfileText.write(this);
    }

    /** What {@link #text} wrote; empty where the text is damaged or of another version. */
    public static Optional<MachineProfile> parse(String text) {
        return ProfileText.read(text);
    }
}
