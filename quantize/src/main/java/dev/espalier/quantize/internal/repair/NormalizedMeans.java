package dev.espalier.quantize.internal.repair;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.math.Clip;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * Mean and variance of activations by channel, as far as batch normalization says them: its output
 * has its shift as mean and its scale as deviation, what follows is taken as normal.
 *
 * <p>Followed through Relu, Clip from 0, Add and means over positions, whose result has no known
 * variance any more.
 */
public final class NormalizedMeans {
    /** A class and not a record, since records hold no arrays. */
    private static final class Moment {
        final double[] mean;

        /** Null where it is not known. */
        final double[] variance;

        Moment(double[] mean, double[] variance) {
            this.mean = mean;
            this.variance = variance;
        }
    }

    private final ShapeInference types;
    private final Map<String, Moment> moments = new HashMap<>();

    private NormalizedMeans(ShapeInference types) {
        this.types = types;
    }

    /** What is known of {@code model}, in which batch normalization is not folded yet. */
    public static NormalizedMeans of(Model model) {
        NormalizedMeans means = new NormalizedMeans(ShapeInference.of(model));
        for (Node node : model.graph().nodes()) {
            means.follow(node).ifPresent(moment -> means.moments.put(node.output(0), moment));
        }
        return means;
    }

    /** E[x] of each channel of {@code value}; empty where nothing says it. */
    public Optional<double[]> mean(String value) {
        return Optional.ofNullable(moments.get(value)).map(moment -> moment.mean.clone());
    }

    private Optional<Moment> follow(Node node) {
        if (!node.isStandard() || node.inputs().isEmpty()) {
            return Optional.empty();
        }
        Optional<Moment> x = Optional.ofNullable(moments.get(node.input(0)));
        return switch (node.opType()) {
            case "BatchNormalization" -> normalized(node);
            case "Relu" -> x.flatMap(m -> clipped(m, 0, Double.POSITIVE_INFINITY));
            case "Clip" -> x.flatMap(m -> clipped(node, m));
            case "Add" -> sum(node);
            case "Identity", "Dropout" -> x;
            case "AveragePool", "GlobalAveragePool" -> x.map(m -> new Moment(m.mean, null));
            case "Flatten" -> x.filter(m -> keepsChannels(node, m));
            default -> Optional.empty();
        };
    }

    private boolean keepsChannels(Node node, Moment moment) {
        var shape = types.shape(node.output(0));
        return shape.isRanked()
                && shape.rank() == 2
                && shape.dim(1).isFixed()
                && shape.size(1) == moment.mean.length;
    }

    private Optional<Moment> normalized(Node node) {
        Optional<double[]> scale = types.constant(node.input(1)).map(Tensor::toDoubles);
        Optional<double[]> shift = types.constant(node.input(2)).map(Tensor::toDoubles);
        if (scale.isEmpty() || shift.isEmpty() || scale.get().length != shift.get().length) {
            return Optional.empty();
        }
        return Optional.of(new Moment(shift.get(), mapped(scale.get(), s -> s * s)));
    }

    private Optional<Moment> sum(Node node) {
        Moment a = moments.get(node.input(0));
        Moment b = moments.get(node.input(1));
        if (a == null || b == null || a.mean.length != b.mean.length) {
            return Optional.empty();
        }
        double[] mean = new double[a.mean.length];
        double[] variance = a.variance == null || b.variance == null ? null : mean.clone();
        for (int c = 0; c < mean.length; c++) {
            mean[c] = a.mean[c] + b.mean[c];
            if (variance != null) {
                variance[c] = a.variance[c] + b.variance[c];
            }
        }
        return Optional.of(new Moment(mean, variance));
    }

    private Optional<Moment> clipped(Node node, Moment moment) {
        var call = types.call(node);
        Optional<Double> low = Clip.lower(call);
        boolean isOpen = !call.has(2) && !call.attributes().has("max");
        Optional<Double> high = isOpen ? Optional.of(Double.POSITIVE_INFINITY) : Clip.upper(call);
        return low.isPresent() && high.isPresent()
                ? clipped(moment, low.get(), high.get())
                : Optional.empty();
    }

    private static Optional<Moment> clipped(Moment moment, double low, double high) {
        if (moment.variance == null) {
            return Optional.empty();
        }
        double[] mean = new double[moment.mean.length];
        double[] variance = new double[mean.length];
        for (int c = 0; c < mean.length; c++) {
            ClippedNormal clipped =
                    ClippedNormal.of(moment.mean[c], Math.sqrt(moment.variance[c]), low, high);
            mean[c] = clipped.mean();
            variance[c] = clipped.variance();
        }
        return Optional.of(new Moment(mean, variance));
    }

    private static double[] mapped(double[] values, DoubleUnaryOperator change) {
        return java.util.Arrays.stream(values).map(change).toArray();
    }
}
