package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a model as an x86 CPU without VNNI instructions would. The model is written with its sums as
 * values (see {@link SumsGraph}) and cut at every layer that can saturate: what lies between is run
 * by the runtime, the layer's exact sums are computed by it in 32 bits, and what saturation takes
 * away is added here.
 */
public final class SaturatingRun implements ModelRunner.Session {
    private final List<Step> steps = new ArrayList<>();
    private final List<String> whole;
    private final ModelRunner.Session last;
    private final List<String> lastInputs;

    /** One layer with what computes its input and its exact sums. */
    private record Step(
            CutSums cut, LostSums lost, ModelRunner.Session session, List<String> inputs) {}

    /** Gives the model's outputs, with the layers that can saturate. */
    public SaturatingRun(Model model, ModelRunner runner) {
        this(model, model.graph().outputs().stream().map(Value::name).toList(), false, runner);
    }

    /**
     * @param values outputs, or intermediate values that are not made inside of an integer layer
     * @param every whether layers are computed here that cannot saturate, too: slower, and the same
     */
    public SaturatingRun(Model model, List<String> values, boolean every, ModelRunner runner) {
        SumsGraph.Written written = SumsGraph.of(model, every, runner);
        this.whole = written.whole();
        List<LostSums> all = written.cuts().stream().map(LostSums::new).toList();
        ShapeInference types = ShapeInference.of(written.model());
        Map<String, TensorType> types32 = new LinkedHashMap<>();
        for (CutSums cut : written.cuts()) {
            types32.put(cut.changed(), sums(types.shape(cut.exact())));
        }
        Segments segments = new Segments(written.model(), types32);
        for (int i = 0; i < all.size(); i++) {
            CutSums cut = written.cuts().get(i);
            List<String> asked = List.of(cut.bytes(), cut.exact());
            Segments.Segment segment = segments.of(asked);
            if (segment.inputs().contains(cut.bytes())) {
                asked = List.of(cut.exact());
                segment = segments.of(asked);
            }
            steps.add(
                    new Step(
                            cut,
                            all.get(i),
                            runner.open(segment.model(), asked),
                            segment.inputs()));
        }
        Segments.Segment rest = segments.of(values);
        this.last = runner.open(rest.model(), values);
        this.lastInputs = rest.inputs();
    }

    private static TensorType sums(Shape shape) {
        return new TensorType(DataType.INT32, shape);
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> feeds) {
        Map<String, Tensor> known = new HashMap<>(feeds);
        for (Step step : steps) {
            CutSums cut = step.cut();
            Map<String, Tensor> seen = step.session().run(chosen(known, step.inputs()));
            Tensor sums = seen.get(cut.exact());
            Tensor x = seen.getOrDefault(cut.bytes(), known.get(cut.bytes()));
            long[] values = sums.toLongs();
            step.lost().addTo(values, x, sums.shape());
            known.put(cut.changed(), Tensor.ofIntegers(DataType.INT32, sums.shape(), values));
        }
        return last.run(chosen(known, lastInputs));
    }

    private static Map<String, Tensor> chosen(Map<String, Tensor> known, List<String> names) {
        Map<String, Tensor> chosen = new HashMap<>();
        names.forEach(name -> chosen.put(name, known.get(name)));
        return chosen;
    }

    /** Labels of integer layers whose sums this run takes as the machine at hand makes them. */
    public List<String> whole() {
        return whole;
    }

    /** How many of the layers' sums saturated so far, as a share of all. */
    public double saturatedShare() {
        long saturated = steps.stream().mapToLong(step -> step.lost().saturated()).sum();
        long all = steps.stream().mapToLong(step -> step.lost().sums()).sum();
        return all == 0 ? 0 : (double) saturated / all;
    }

    /** The same of each layer of which some did, by its label. */
    public Map<String, Double> saturatedShares() {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (Step step : steps) {
            double share = (double) step.lost().saturated() / Math.max(1, step.lost().sums());
            if (share > 0) {
                shares.put(step.cut().weights().node().label(), share);
            }
        }
        return shares;
    }

    /** How many layers are run so. */
    public int layers() {
        return steps.size();
    }

    @Override
    public void close() {
        steps.forEach(step -> step.session().close());
        last.close();
    }
}
