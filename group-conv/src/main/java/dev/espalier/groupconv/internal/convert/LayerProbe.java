package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.groupconv.option.TimingPrecision;
import java.util.SplittableRandom;

/**
 * All that the time of a convolution depends on.
 *
 * @param input [N, Ci, D1..Dn]
 * @param weight of the dense layer, [Co, Ci, k1..kn]
 * @param attributes strides, pads and dilations; the number of groups is not looked at
 * @param arithmetic what it is computed in
 */
record LayerProbe(Shape input, Shape weight, Attributes attributes, TimingPrecision arithmetic) {
    /** Layers in one model, so that the input's way into the runtime does not count. */
    static final int COPIES = 8;

    LayerProbe {
        attributes = attributes.without("group");
    }

    /**
     * A model of {@link #COPIES} such layers on one input. Its outputs are so small that no map has
     * to be copied out: means of floats, single integers.
     *
     * @throws IllegalArgumentException where {@code groups} does not divide the channels
     */
    Model probe(int groups) {
        if (weight.size(0) % groups != 0 || weight.size(1) % groups != 0) {
            throw new IllegalArgumentException(
                    groups + " groups do not divide a weight of " + weight);
        }
        Shape block = weight.with(1, Dim.of(weight.size(1) / groups));
        Attributes grouped = attributes.with("group", groups);
        ProbeGraph graph = new ProbeGraph(input, block, grouped, new SplittableRandom(groups));
        for (int i = 0; i < COPIES; i++) {
            if (arithmetic == TimingPrecision.INT8) {
                graph.addIntegers(i);
            } else {
                graph.addFloats(i);
            }
        }
        return graph.model();
    }
}
