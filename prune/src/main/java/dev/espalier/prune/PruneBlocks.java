package dev.espalier.prune;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ResidualBranch;
import dev.espalier.core.analysis.ResidualBranches;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Proof;
import dev.espalier.core.pass.Withers;
import dev.espalier.core.simplify.Simplify;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Removes whole residual branches, which makes a network less deep instead of less wide, until it
 * needs no more than a part of its multiply-accumulate operations. A layer costs something however
 * narrow it is, so that depth often saves more time than width for the same operations.
 *
 * <pre>
 *   c = Conv(Relu(Conv(x, w1)), w2); s = Add(x, c); y = Relu(s)
 *   y = x                                                  x was the result of a Relu already
 * </pre>
 *
 * <p>One branch goes after another: always that whose removal changes the network's outputs least
 * for the operations it saves, measured on {@value #SAMPLES} calibration samples. With y the
 * outputs of the network as it came and y' those of the candidate, the change is {@code sum (y -
 * y')^2 / sum y^2}. What is left computes what the whole network does with the branches multiplied
 * by zero, and is proved to. Accuracy comes back by training: put {@code distill} behind it.
 *
 * @param macs operations to keep, as a part of the original network's
 */
@PassInfo(
        id = "prune-blocks",
        summary =
                "Removes whole residual branches of least effect, down to a budget of operations.",
        paper = "Veit et al., Residual Networks Behave Like Ensembles, 2016")
@Withers
public record PruneBlocks(
        @Option(
                        value = "0.75",
                        min = 0.01,
                        max = 1,
                        help = "Multiply-accumulate operations to keep, as a part of the original.")
                double macs)
        implements Pass, PruneBlocksBuilder.With {
    static final int SAMPLES = 128;

    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public Model apply(Model model, PassContext context) {
        ToDoubleFunction<Model> change = OutputError.from(model, SAMPLES, context);
        List<Step> steps = steps(model, context, change);
        if (steps.isEmpty()) {
            return model;
        }
        for (Step step : steps) {
            context.note(
                    "%s; outputs changed by %s in all"
                            .formatted(step, String.format(Locale.ROOT, "%.3f", step.change)));
        }
        Model shallow = last(steps, context);
        Model silenced = ResidualBranches.silence(model, steps.stream().map(Step::branch).toList());
        context.note(Proof.equal(silenced, shallow, context).toString());
        return shallow;
    }

    /** Takes the first branches of the graph: which ones matter least only data can tell. */
    @Override
    public Model preview(Model model, PassContext context) {
        List<Step> steps = steps(model, context, shallow -> 0);
        if (steps.isEmpty()) {
            return model;
        }
        steps.forEach(step -> context.note("%s, or another one".formatted(step)));
        context.note("data will tell which branches matter least; others may cost more or less");
        return last(steps, context);
    }

    /** The model after one more branch is gone, and how far its outputs are from the first's. */
    private record Step(ResidualBranch branch, Model model, double change) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: branch of %,d multiply-accumulates removed",
                    branch.add().label(),
                    branch.macs());
        }
    }

    private static Model last(List<Step> steps, PassContext context) {
        return new Simplify().preview(steps.get(steps.size() - 1).model, context);
    }

    private List<Step> steps(Model model, PassContext context, ToDoubleFunction<Model> change) {
        InputShapes shapes = context.inputShapes();
        Cost cost = Cost.of(model, shapes);
        cost.requireComplete("macs: " + macs);
        long left = cost.macs();
        long budget = (long) (macs * Math.max(left, Cost.of(context.original(), shapes).macs()));
        if (left <= budget) {
            context.note(
                    String.format(
                            Locale.ROOT,
                            "%,d multiply-accumulates are within the budget of %,d; nothing removed",
                            left,
                            budget));
        } else {
            requireReachable(model, left, budget, shapes);
        }
        List<Step> steps = new ArrayList<>();
        Step last = new Step(null, model, 0);
        while (left > budget) {
            last = next(last, context, change);
            left -= last.branch.macs();
            steps.add(last);
        }
        return steps;
    }

    private static Step next(Step last, PassContext context, ToDoubleFunction<Model> change) {
        List<Step> candidates = new ArrayList<>();
        for (ResidualBranch branch : ResidualBranches.of(last.model, context.inputShapes())) {
            context.checkCancelled();
            Model shallow = ResidualBranches.remove(last.model, branch);
            candidates.add(new Step(branch, shallow, change.applyAsDouble(shallow)));
        }
        return candidates.stream()
                .min(
                        Comparator.comparingDouble(
                                step -> (step.change - last.change) / step.branch.macs()))
                .orElseThrow();
    }

    private void requireReachable(Model model, long left, long budget, InputShapes shapes) {
        long least = left;
        Model current = model;
        List<ResidualBranch> branches = ResidualBranches.of(current, shapes);
        while (!branches.isEmpty() && least > budget) {
            least -= branches.get(0).macs();
            current = ResidualBranches.remove(current, branches.get(0));
            branches = ResidualBranches.of(current, shapes);
        }
        if (least > budget) {
            throw new InvalidOptionException(
                    String.format(
                            Locale.ROOT,
                            "macs: %s asks for at most %,d multiply-accumulates, but %,d are left"
                                    + " with every residual branch gone that may go; raise macs",
                            macs,
                            budget,
                            least));
        }
    }
}
