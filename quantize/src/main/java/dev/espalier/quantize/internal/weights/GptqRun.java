package dev.espalier.quantize.internal.weights;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.linalg.SingularMatrixException;
import dev.espalier.quantize.internal.calibration.NonFinite;
import dev.espalier.quantize.internal.linear.LayerInputs;
import dev.espalier.quantize.internal.linear.LinearLayer;
import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.RoundingSettings;
import dev.espalier.quantize.option.WeightType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Gathers the Hessians of all layers and rounds their weights by {@link Gptq}. Layers that read the
 * same value share one; where they all do not fit a quarter of the heap, the samples are run
 * several times.
 */
public final class GptqRun {
    private final WeightType type;
    private final Blocks blocks;
    private final RoundingSettings rounding;
    private final Map<String, BlockWeight> weights = new HashMap<>();
    private int kept;
    private double nearestError;
    private double error;
    private double power;

    public GptqRun(WeightType type, Blocks blocks, RoundingSettings rounding) {
        this.type = type;
        this.blocks = blocks;
        this.rounding = rounding;
    }

    /** Layers of one weight, and the values that are multiplied by it. */
    private record Product(LinearLayer layer, TreeSet<String> inputs) {}

    /**
     * @return the weights by {@link LinearLayer#weightKey}
     */
    public Map<String, BlockWeight> run(
            Model model, List<LinearLayer> layers, PassContext context) {
        Map<String, Product> products = new LinkedHashMap<>();
        for (LinearLayer layer : layers) {
            products.computeIfAbsent(layer.weightKey(), key -> new Product(layer, new TreeSet<>()))
                    .inputs
                    .add(layer.input());
        }
        Map<TreeSet<String>, List<Product>> groups = new LinkedHashMap<>();
        products.values()
                .forEach(
                        product ->
                                groups.computeIfAbsent(product.inputs, in -> new ArrayList<>())
                                        .add(product));
        for (List<List<Product>> part : parts(groups.values())) {
            roundAll(model, part, context);
        }
        context.note(summary(products.size()));
        return weights;
    }

    private static List<List<List<Product>>> parts(Iterable<List<Product>> groups) {
        long room = Runtime.getRuntime().maxMemory() / 4;
        List<List<List<Product>>> parts = new ArrayList<>();
        long left = 0;
        for (List<Product> group : groups) {
            long bytes = Hessian.bytes(group.get(0).layer.k());
            if (bytes > left) {
                parts.add(new ArrayList<>());
                left = room;
            }
            parts.get(parts.size() - 1).add(group);
            left -= bytes;
        }
        return parts;
    }

    private void roundAll(Model model, List<List<Product>> part, PassContext context) {
        Map<String, List<Hessian>> byInput = new HashMap<>();
        List<Hessian> hessians = new ArrayList<>();
        for (List<Product> group : part) {
            Hessian hessian = new Hessian(group.get(0).layer.k());
            hessians.add(hessian);
            group.get(0)
                    .inputs
                    .forEach(
                            input ->
                                    byInput.computeIfAbsent(input, name -> new ArrayList<>())
                                            .add(hessian));
        }
        Map<String, NonFinite> infinite =
                LayerInputs.observe(
                        model,
                        byInput.keySet(),
                        hessians.stream().mapToLong(hessian -> Hessian.bytes(hessian.k())).sum(),
                        context,
                        (name, values) ->
                                byInput.get(name).forEach(hessian -> hessian.add(values)));
        infinite.forEach(
                (name, found) ->
                        context.skipped(
                                name,
                                "samples on which it is infinite tell nothing of the layers that read it: %s"
                                        .formatted(found)));
        for (int i = 0; i < hessians.size(); i++) {
            for (Product product : part.get(i)) {
                context.checkCancelled();
                round(product.layer, hessians.get(i));
            }
            hessians.set(i, null);
        }
    }

    private void round(LinearLayer layer, Hessian hessian) {
        float[] columns = layer.columns();
        BlockWeight nearest = NearestRounding.of(columns, layer.k(), layer.n(), type, blocks);
        BlockWeight chosen = gptq(columns, layer.n(), hessian, nearest);
        double before = hessian.error(nearest, columns);
        double after = hessian.error(chosen, columns);
        if (!(after < before)) {
            chosen = nearest;
            after = before;
            kept++;
        }
        nearestError += before;
        error += after;
        power += hessian.power(columns);
        weights.put(layer.weightKey(), chosen);
    }

    /** By GPTQ, or {@code nearest} where activations that are no finite numbers leave no choice. */
    private BlockWeight gptq(float[] columns, int n, Hessian hessian, BlockWeight nearest) {
        try {
            return new Gptq(type, blocks, rounding).round(columns, n, hessian);
        } catch (SingularMatrixException e) {
            return nearest;
        }
    }

    private String summary(int layers) {
        return String.format(
                Locale.ROOT,
                "error of the layers' outputs on calibration samples, relative to their scale: %.4f by rounding to nearest, %.4f by gptq%s",
                power == 0 ? 0 : Math.sqrt(nearestError / power),
                power == 0 ? 0 : Math.sqrt(error / power),
                kept == 0
                        ? ""
                        : "; %s of %s weights stay rounded to nearest, which is as near"
                                .formatted(kept, layers));
    }
}
