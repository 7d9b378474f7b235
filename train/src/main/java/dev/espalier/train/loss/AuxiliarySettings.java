package dev.espalier.train.loss;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Withers;
import java.util.List;

/**
 * Classifiers at values inside the network that help it to learn and are thrown away afterwards.
 *
 * @param weight of the cross entropy of each; 0 for none, 0.15 is usual
 * @param values that they read; where none is named, the ends of the last two stages but the one
 *     that the network's own classifier reads
 */
@Withers
public record AuxiliarySettings(
        @Option(value = "0", help = "Weight of each one's cross entropy; 0.15 is usual", min = 0)
                double weight,
        @Option(value = "[]", help = "Values that they read; ends of the last stages where empty")
                List<String> values)
        implements AuxiliarySettingsBuilder.With {
    private static final int MOST = 2;

    public AuxiliarySettings {
        values = List.copyOf(values);
    }

    /**
     * The term for {@code model}; notes where the classifiers sit.
     *
     * @param smoothing as in {@link CrossEntropy}
     * @throws dev.espalier.core.InvalidOptionException where a value is not there
     * @throws UnsupportedModelException where none is named and no stage ends inside
     */
    public WeightedSum.Weighted term(Model model, double smoothing, PassContext context) {
        List<String> places = List.of();
        if (weight > 0) {
            places =
                    places(new FeatureMaps(model, ShapeInference.of(model, context.inputShapes())));
            context.note("auxiliary classifiers read " + String.join(", ", places));
        }
        return new WeightedSum.Weighted(
                weight, new AuxiliaryHeads(places, smoothing, context.seed()));
    }

    private List<String> places(FeatureMaps maps) {
        if (!values.isEmpty()) {
            values.forEach(value -> maps.require(value, "the network"));
            return values;
        }
        List<String> ends = maps.stageEnds();
        if (ends.size() < 2) {
            throw new UnsupportedModelException(
                    "no stage ends inside the network at which an auxiliary classifier could sit;"
                            + " name the values it shall read");
        }
        return ends.subList(Math.max(0, ends.size() - 1 - MOST), ends.size() - 1);
    }
}
