package dev.espalier.train.loss;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.program.LossTerm;
import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Truth;
import java.util.ArrayList;
import java.util.List;

/**
 * Deep supervision: {@code sum_v CE(W_v mean_hw(v) + b_v, label)} over values v [N, C, H, W] inside
 * the network, each with a classifier of its own. The classifiers are trained with the network and
 * thrown away with the loss; the network is never written with them. See Lee et al.,
 * Deeply-Supervised Nets, 2015; Nekrasov et al., Fast Neural Architecture Search of Compact
 * Semantic Segmentation Models via Auxiliary Cells, 2019, add each with a weight of 0.15.
 *
 * @param values of the trained network
 * @param smoothing as in {@link CrossEntropy}
 * @param seed of the classifiers' first weights
 */
public record AuxiliaryHeads(List<String> values, double smoothing, long seed) implements LossTerm {
    public AuxiliaryHeads {
        values = List.copyOf(values);
    }

    @Override
    public Truth truth() {
        return Truth.CLASSES;
    }

    @Override
    public String write(LossWriter writer) {
        String output = writer.network().graph().outputs().get(0).name();
        long classes = writer.shape(output).size(1);
        List<String> losses = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String scores = head(writer, values.get(i), classes, seed + i);
            losses.add(new CrossEntropy(smoothing).of(writer, scores));
        }
        return losses.stream()
                .reduce((sum, part) -> "torch.add(" + sum + ", " + part + ")")
                .orElseThrow();
    }

    private static String head(LossWriter writer, String value, long classes, long seed) {
        long channels = writer.shape(value).size(1);
        String weight =
                writer.weight(
                        "auxiliary weight at " + value,
                        FreshWeights.uniform(Shape.of(classes, channels), channels, seed));
        String bias =
                writer.weight(
                        "auxiliary bias at " + value,
                        Tensor.ofFloats(Shape.of(classes), new float[Math.toIntExact(classes)]));
        return writer.let(
                "torch.linear(torch.mean(%s, [2, 3]), %s, %s)"
                        .formatted(writer.value(value), weight, bias));
    }
}
