package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.profile.LayerProbe;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What a convolution costs on this machine with any number of groups. Fewer multiplications are not
 * always less time: the runtime computes blocks of channels, and groups narrower than a block leave
 * it partly idle, so that 8 groups can be slower than 4, and 4 slower than none.
 *
 * <p>A layer is timed alone, at its own sizes, in a model of several copies with weights of their
 * own; layers of equal sizes are timed once. Not thread-safe.
 */
public final class GroupCost {
    /** Twice as many groups have to save this part of the time to be worth it. */
    private static final double LEAST_GAIN = 0.05;

    private final Model model;
    private final ShapeInference types;
    private final Precision arithmetic;
    private final Function<ProfileQuestion, ProfileAnswer> ask;
    private final Map<Probes, double[]> known = new HashMap<>();

    private record Probes(LayerProbe layer, int most) {}

    /**
     * Costs of the layers of {@code model}, measured when they are asked for.
     *
     * @param shapes sizes for what the inputs leave open
     * @param arithmetic what layers are computed in
     * @param ask measures the candidates of a question, or knows them
     */
    public GroupCost(
            Model model,
            InputShapes shapes,
            Precision arithmetic,
            Function<ProfileQuestion, ProfileAnswer> ask) {
        this.model = model;
        this.types = ShapeInference.of(model, shapes);
        this.arithmetic = arithmetic;
        this.ask = ask;
    }

    /**
     * Whether the sizes of a layer are known, so that it can be timed.
     *
     * @param layer the name of a Conv, or its first output where it has none
     * @throws IllegalArgumentException where no Conv is called so
     */
    public boolean knows(String layer) {
        Node conv = Convolutions.find(model.graph(), layer);
        return isFixed(types.shape(conv.input(0))) && isFixed(types.shape(conv.input(1)));
    }

    private static boolean isFixed(Shape shape) {
        return shape.isRanked() && shape.isFixed();
    }

    /**
     * Microseconds of one run of a dense layer cut into 1, 2, 4, .. groups.
     *
     * @param most how often its channels are halved
     * @throws IllegalArgumentException where no Conv is called so, its sizes are not known, or the
     *     groups do not divide its channels
     */
    public double[] micros(String layer, int most) {
        if (!knows(layer)) {
            throw new IllegalArgumentException(layer + " is of unknown sizes and cannot be timed");
        }
        Node conv = Convolutions.find(model.graph(), layer);
        LayerProbe probe =
                new LayerProbe(
                        types.shape(conv.input(0)),
                        types.shape(conv.input(1)),
                        conv.attributes(),
                        arithmetic);
        return known.computeIfAbsent(new Probes(probe, most), this::measured).clone();
    }

    private double[] measured(Probes probes) {
        List<Integer> groups =
                IntStream.rangeClosed(0, probes.most()).mapToObj(level -> 1 << level).toList();
        ProfileAnswer answer = ask.apply(probes.layer().inGroups(groups));
        return groups.stream()
                .mapToDouble(count -> answer.micros(Integer.toString(count)))
                .toArray();
    }

    /**
     * How often a layer's channels may be halved with each time a gain in time that is more than a
     * measurement errs.
     *
     * @param micros of {@link #micros}
     */
    public static int cuts(double[] micros) {
        int cuts = 0;
        while (cuts + 1 < micros.length && micros[cuts + 1] < (1 - LEAST_GAIN) * micros[cuts]) {
            cuts++;
        }
        return cuts;
    }
}
