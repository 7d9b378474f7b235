package dev.espalier.quantize;

import dev.espalier.core.choice.Alternative;
import dev.espalier.core.choice.Chooser;
import dev.espalier.core.choice.Chooser.Verdict;
import dev.espalier.core.choice.Costs;
import dev.espalier.core.choice.Decision;
import dev.espalier.core.choice.Step;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.quantize.internal.kernel.FastKernel;
import dev.espalier.quantize.internal.kernel.PixelFolding;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import dev.espalier.quantize.internal.qdq.Written;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lets integers stay only where they are faster on this machine, and computes two pixels as one
 * only where that is (see {@link PixelFolding}). Layers of one kind (operator, size of the weight,
 * groups and strides) behave alike, so one kind at a time is written as float and the model
 * measured against the fastest so far; what is faster by more than the noise stays float. At last
 * the result is measured against the float model, and given up where it is no faster.
 *
 * <p>Measuring stops when its time is over; then the kinds that were not tried stay integers.
 */
final class LatencyGate {
    /** What counts as faster: this share of the time, in nearly every round. */
    private static final double FASTER = 0.97;

    private static final double NEARLY_ALL = 0.75;

    /** Of one comparison; less is noise. */
    private static final double LEAST_SECONDS = 0.2;

    private final Quantization work;
    private final double seconds;

    /**
     * @param seconds that measuring may take in all, loading not counted
     */
    LatencyGate(Quantization work, double seconds) {
        this.work = work;
        this.seconds = seconds;
    }

    /**
     * @param original the float model
     * @param kept what stays float in any case
     * @return the fastest model with layers in integers; empty where none is faster than {@code
     *     original}
     */
    Optional<Written> keepFast(Model original, Set<Node> kept) {
        Written first = work.written(kept, false);
        ModelTimer timer = work.context().host().timer().orElse(null);
        if (timer == null) {
            work.context().note("latency was not measured: there is nothing to measure it with");
            return Optional.of(first);
        }
        Map<String, List<Node>> kinds = kinds(kept);
        double each = Math.max(LEAST_SECONDS, seconds / (kinds.size() + 3));
        Trial trial = new Trial(timer, each, seconds - each, kept, first);
        if (work.hasPairs()) {
            trial.pairs();
        }
        List<Decision<Boolean>> decisions = kinds.keySet().stream().map(Trial::decision).toList();
        List<String> untried = new ArrayList<>();
        Chooser.walk(
                decisions,
                decisions.stream().map(Trial::step).toList(),
                (step, choice) -> {
                    work.context().checkCancelled();
                    String kind = step.decision().name();
                    if (!trial.hasTime()) {
                        untried.add(kind);
                        return Verdict.UNDO;
                    }
                    return trial.isFasterFloat(kinds.get(kind)) ? Verdict.KEEP : Verdict.UNDO;
                });
        if (!untried.isEmpty()) {
            work.context()
                    .note(
                            "kinds of layers that were not measured, for time: %s"
                                    .formatted(untried.size()));
        }
        return verdict(timer, original, trial.best, each);
    }

    /** The fastest so far, and time left to try others. */
    private final class Trial {
        private final ModelTimer timer;
        private final double each;
        private double left;
        private Set<Node> floats;
        private boolean pairs;
        private Written best;

        Trial(ModelTimer timer, double each, double left, Set<Node> floats, Written best) {
            this.timer = timer;
            this.each = each;
            this.left = left;
            this.floats = floats;
            this.best = best;
        }

        /** Whether layers of a kind are float. What that costs is known when it was measured. */
        static Decision<Boolean> decision(String kind) {
            return new Decision<>(
                    kind,
                    List.of(
                            new Alternative<>(false, Costs.NONE),
                            new Alternative<>(true, Costs.NONE)));
        }

        static Step<Boolean> step(Decision<Boolean> decision) {
            return new Step<>(decision, decision.now(), decision.alternatives().get(1), 0, 0);
        }

        boolean hasTime() {
            return left >= each;
        }

        void pairs() {
            if (!hasTime()) {
                return;
            }
            left -= each;
            Written variant = work.written(floats, true);
            Pair pair = Pair.measure(timer, best.model(), variant.model(), each);
            pairs = pair.isFaster();
            best = pairs ? variant : best;
            work.context().note(pair.text(pairs));
        }

        boolean isFasterFloat(List<Node> kind) {
            left -= each;
            Set<Node> tried = new HashSet<>(floats);
            tried.addAll(kind);
            if (tried.containsAll(work.layers().layers().keySet())) {
                return false;
            }
            Written variant = work.written(tried, pairs);
            Pair pair = Pair.measure(timer, best.model(), variant.model(), each);
            if (pair.isFaster()) {
                String why =
                        String.format(
                                Locale.ROOT,
                                "stays float: the model takes %.1f µs with it in integers and %.1f without",
                                pair.first(),
                                pair.second());
                kind.forEach(node -> work.context().skipped(node.label(), why));
                floats = tried;
                best = variant;
            }
            return pair.isFaster();
        }
    }

    private Optional<Written> verdict(ModelTimer timer, Model original, Written best, double each) {
        Pair pair = Pair.measure(timer, original, best.model(), each);
        String figures =
                String.format(
                        Locale.ROOT, "%.1f µs before, %.1f after", pair.first(), pair.second());
        if (pair.isNoFaster()) {
            work.context()
                    .skipped(
                            "the whole model",
                            "stays float: integers are no faster on this machine, " + figures);
            return Optional.empty();
        }
        work.context()
                .note(
                        pair.second() < pair.first()
                                ? "faster on this machine, measured briefly: " + figures
                                : "kept in integers, whose fastest runs are the faster ones; the machine was too busy to tell more: "
                                        + figures);
        return Optional.of(best);
    }

    /** The layers that may stay float or not, by kind, those that are likely slow first. */
    private Map<String, List<Node>> kinds(Set<Node> floats) {
        Map<String, List<Node>> slow = new LinkedHashMap<>();
        Map<String, List<Node>> fast = new LinkedHashMap<>();
        work.layers()
                .layers()
                .forEach(
                        (node, layer) -> {
                            if (!floats.contains(node)) {
                                (FastKernel.takes(layer) ? fast : slow)
                                        .computeIfAbsent(kind(layer), k -> new ArrayList<>())
                                        .add(node);
                            }
                        });
        fast.forEach(slow::putIfAbsent);
        return slow;
    }

    private static String kind(WeightedLayer layer) {
        return "%s %s %s %s"
                .formatted(
                        layer.node().opType(),
                        layer.weight().shape(),
                        layer.layer().groups(),
                        Arrays.toString(layer.node().attributes().integers("strides")));
    }

    /**
     * Two models measured by turns.
     *
     * @param first median microseconds of one run
     * @param second median microseconds of one run
     * @param isFaster whether the second is the faster one beyond noise
     * @param isNoFaster whether it is slower or equal by its median and by its fastest run alike:
     *     on a busy machine long runs lose the CPU more often than short ones, in one round of both
     */
    private record Pair(double first, double second, boolean isFaster, boolean isNoFaster) {
        /** Of the model with each pixel for itself, and of the one with two pixels in one. */
        String text(boolean chosen) {
            return String.format(
                    Locale.ROOT,
                    "pixels are computed %s: %.1f µs one by one on this machine, %.1f with two in one",
                    chosen ? "in pairs" : "one by one",
                    first,
                    second);
        }

        static Pair measure(ModelTimer timer, Model a, Model b, double seconds) {
            List<double[]> micros = timer.micros(List.of(a, b), seconds);
            double[] first = micros.get(0);
            double[] second = micros.get(1);
            int wins = 0;
            for (int i = 0; i < first.length; i++) {
                wins += second[i] < FASTER * first[i] ? 1 : 0;
            }
            double firstMedian = ModelTimer.median(first);
            double secondMedian = ModelTimer.median(second);
            return new Pair(
                    firstMedian,
                    secondMedian,
                    wins >= NEARLY_ALL * first.length,
                    secondMedian >= firstMedian && least(second) >= least(first));
        }

        private static double least(double[] micros) {
            return Arrays.stream(micros).min().orElseThrow();
        }
    }
}
