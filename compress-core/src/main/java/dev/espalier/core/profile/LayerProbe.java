package dev.espalier.core.profile;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * All that the time of a layer depends on, to be written as a model and timed.
 *
 * @param input [N, Ci, D1..Dn] of a convolution, [rows, Ci] of a product
 * @param weight of the dense layer, [Co, Ci, k1..kn] of a convolution, [Ci, Co] of a product
 * @param attributes strides, pads and dilations; the number of groups is not looked at
 * @param precision what it is computed in
 */
public record LayerProbe(Shape input, Shape weight, Attributes attributes, Precision precision) {
    /** Layers in one model, so that the input's way into the runtime does not count. */
    public static final int COPIES = 8;

    private static final int PRODUCT_RANK = 2;

    /** What a convolution has besides its groups, and what each says where it is left out. */
    private static final List<String> LISTS = List.of("strides", "pads", "dilations");

    public LayerProbe {
        attributes = attributes.without("group");
    }

    /**
     * The layer of a kind.
     *
     * @param height of the map, or rows of a product
     * @param width of the map; 1 for a product
     */
    public static LayerProbe of(
            Precision precision, LayerKind kind, int inputs, int outputs, int height, int width) {
        if (kind == LayerKind.PRODUCT) {
            return new LayerProbe(
                    Shape.of((long) height * width, inputs),
                    Shape.of(inputs, outputs),
                    Attributes.NONE,
                    precision);
        }
        int window = kind == LayerKind.POINTWISE ? 1 : 3;
        Attributes around =
                window == 1
                        ? Attributes.NONE
                        : Attributes.NONE.with("pads", new long[] {1, 1, 1, 1});
        return new LayerProbe(
                Shape.of(1, inputs, height, width),
                Shape.of(outputs, inputs, window, window),
                around,
                precision);
    }

    /**
     * A model of {@link #COPIES} such layers on one input, with weights of their own. Its outputs
     * are so small that no map has to be copied out: means of floats, single integers.
     *
     * @param groups of a convolution; 1 for a product
     * @throws IllegalArgumentException where {@code groups} does not divide the channels
     */
    public Model probe(int groups) {
        boolean product = weight.rank() == PRODUCT_RANK;
        if (weight.size(0) % groups != 0 || weight.size(1) % groups != 0 || product && groups > 1) {
            throw new IllegalArgumentException(
                    groups + " groups do not divide a weight of " + weight);
        }
        Shape block = weight.with(1, Dim.of(weight.size(1) / groups));
        Attributes grouped = product ? attributes : attributes.with("group", groups);
        ProbeGraph graph = new ProbeGraph(input, block, grouped, new SplittableRandom(groups));
        for (int i = 0; i < COPIES; i++) {
            if (precision == Precision.INT8) {
                graph.addIntegers(i);
            } else {
                graph.addFloats(i);
            }
        }
        return graph.model();
    }

    /**
     * Which number of groups is the fastest; the candidates are called by it.
     *
     * @param groups at least one number
     * @throws IllegalArgumentException where one does not divide the channels
     */
    public ProfileQuestion inGroups(List<Integer> groups) {
        // Made now, so that groups that do not fit are refused where they are asked for.
        List<ProfileQuestion.Candidate> candidates =
                groups.stream()
                        .map(
                                count -> {
                                    Model model = probe(count);
                                    return new ProfileQuestion.Candidate(
                                            Integer.toString(count), () -> model);
                                })
                        .toList();
        return new ProfileQuestion(
                "groups of " + id(),
                "In how many groups a convolution is the fastest.",
                COPIES,
                candidates);
    }

    /** All of it in a line; what an attribute says that is not known to matter is left out. */
    private String id() {
        String lists =
                LISTS.stream()
                        .filter(attributes::has)
                        .map(name -> " " + name + Arrays.toString(attributes.integers(name)))
                        .collect(Collectors.joining());
        String padding = attributes.string("auto_pad", "").replaceAll("\\W", "");
        return "%s %s weight %s%s%s"
                .formatted(
                        precision,
                        sizes(input),
                        sizes(weight),
                        lists,
                        padding.isEmpty() ? "" : " " + padding);
    }

    private static String sizes(Shape shape) {
        return IntStream.range(0, shape.rank())
                .mapToObj(axis -> Long.toString(shape.size(axis)))
                .collect(Collectors.joining("x"));
    }
}
