package dev.espalier.graft;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.internal.joint.Exchange;
import dev.espalier.train.internal.joint.JointTrainer;
import dev.espalier.train.regime.Regime;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Trains K networks of this topology side by side and grafts each onto the next after every epoch
 * but the last, so that weak filters come to life: in copies of the network, to recover it after
 * pruning, or with {@code initialize} from scratch. It takes K times as long as {@code train}; the
 * network that comes out has the size and cost of the one that went in.
 *
 * <pre>
 *   an epoch of each of 1, 2, .., K
 *   all at once:  W_i = alpha W_i + (1 - alpha) W_(i-1)      the donor of 1 is K
 *   the next epoch of each, and so on; after the last one the best by validation is returned
 * </pre>
 *
 * <p>Networks take turns in one process, or with {@code workers} are trained at once by several,
 * which gives the same result where threads allow. They differ in seed, data order and learning
 * rate. Each takes its donor as it was before any grafting; alpha is by the information of both
 * layers, see {@link LayerwiseBlend}. The optimizer's memory stays. The statistics of batch
 * normalization are measured anew for the network that is returned. With {@code scion: {kind:
 * internal}} or {@code noise} one network is trained, whose own filters or random numbers are
 * grafted onto its weak ones.
 *
 * <p>Reports invalid filters before and after, which need not become fewer. Refuses what {@code
 * train} refuses.
 */
@PassInfo(
        id = "graft",
        summary =
                "Trains several networks side by side and grafts each one's layers onto the next.",
        paper = "Meng et al., Filter Grafting for Deep Neural Networks, 2020")
@Withers
public record Graft(
        @Option(value = "30", help = "Passes over the training data", min = 0, max = 10000)
                int epochs,
        @Option(value = "0.1", help = "Highest learning rate of all networks", min = 0, max = 100)
                double learningRate,
        @Option(help = "The networks that are trained side by side") MemberSettings members,
        @Option(help = "What is minimised") GraftLoss loss,
        @Option(help = "How each network is trained") Regime regime)
        implements Pass, GraftBuilder.With {
    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public boolean recovers() {
        return epochs > 0;
    }

    /** Grafting changes no structure. */
    @Override
    public Model preview(Model model, PassContext context) {
        context.note(
                "would train %s %s for %s epochs%s"
                        .formatted(
                                members.count(),
                                members.count() == 1 ? "network" : "networks side by side",
                                epochs,
                                members.workers() == 1
                                        ? ""
                                        : ", " + members.workers() + " at once"));
        return model;
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Exchange exchange = members.scion().exchange(context);
        JointTrainer trainer =
                new JointTrainer(
                                members.plans(epochs, learningRate, regime),
                                loss.objective(model, context),
                                exchange,
                                context)
                        .across(members.workers());
        if (members.count() > 1) {
            context.note("learning rates of the networks: " + rates());
        }
        Model trained =
                members.initialize() ? trainer.trainFromScratch(model) : trainer.train(model);
        count(model, trained, context);
        return trained;
    }

    private String rates() {
        return members.plans(epochs, learningRate, regime).stream()
                .map(plan -> new BigDecimal(plan.learningRate(), new MathContext(4)))
                .map(rate -> rate.stripTrailingZeros().toPlainString())
                .collect(Collectors.joining(", "));
    }

    private void count(Model before, Model after, PassContext context) {
        List<LayerFilters> layers = LayerFilters.of(after);
        double threshold = members.scion().threshold();
        String found =
                String.format(
                        Locale.ROOT,
                        "%s of %s filters have an L1 norm below %s",
                        invalid(layers, threshold),
                        layers.stream().mapToInt(layer -> layer.norms().size()).sum(),
                        threshold);
        // From scratch, what the network was before has nothing to do with it.
        context.note(
                members.initialize()
                        ? found
                        : found + ", before " + invalid(LayerFilters.of(before), threshold));
    }

    private static int invalid(List<LayerFilters> layers, double threshold) {
        return layers.stream().mapToInt(layer -> layer.invalid(threshold)).sum();
    }
}
