package dev.espalier.groupconv;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Withers;
import dev.espalier.groupconv.option.FineTuneSettings;
import dev.espalier.groupconv.option.ShuffleSettings;
import dev.espalier.groupconv.option.SparsifySettings;
import dev.espalier.groupconv.option.TargetSettings;
import dev.espalier.train.RecalibrateBatchNorm;
import dev.espalier.train.Trainer;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.loss.UnderTeacher;
import dev.espalier.train.program.Objective;
import dev.espalier.train.regime.MixingSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.regime.ScheduleSettings;
import dev.espalier.train.run.TrainingPlan;
import java.util.List;

/**
 * Turns dense convolutions into group convolutions whose groups and channel shuffle are learned.
 *
 * <pre>
 *   sparsify     weights outside of groups shrink, and the shuffle follows; see Sparsification
 *   choose       one threshold for all layers, so that the target is removed, see GroupLevels
 *   fine-tune    the weights outside of groups held at 0, under the original network as teacher
 *   convert      Conv [64,64,3,3] -> Conv [64,16,3,3] {group=4}, shuffles folded away
 * </pre>
 *
 * <p>It begins from a trained network. What comes out computes what the network with zeros outside
 * of its groups does, and is proved to. On ordinary weights two groups keep half of a layer's
 * weights whatever the shuffle: without training a layer that would keep less than nine tenths
 * stays dense, unless {@code target: {min-kept: 0}} insists. A target that is not reached is told
 * as missed; the result is then the best attempt.
 *
 * <p>Convolutions stay dense that have groups already, share their weights, have an odd number of
 * channels on a side, such as a first one of 3 inputs, or too few for two groups; each is named.
 *
 * @param target how much is to go
 * @param shuffle in which order channels are cut into groups
 * @param sparsify the training towards groups
 * @param fineTune the training in groups, and what both minimise
 * @param regime how both train
 */
@PassInfo(
        id = "group-conv",
        summary = "Turns convolutions into group convolutions with a learned channel shuffle.",
        paper =
                "Zhang et al., Structured Sparsification with Joint Optimization of Group Convolution"
                        + " and Channel Shuffle, 2021")
@Withers
public record GroupConv(
        @Option(help = "How much is to go, and what may be cut") TargetSettings target,
        @Option(help = "In which order channels are cut into groups") ShuffleSettings shuffle,
        @Option(help = "The training that empties what is outside of groups")
                SparsifySettings sparsify,
        @Option(help = "The training of what is inside, and the loss of both")
                FineTuneSettings fineTune,
        @Option(help = "How the network is trained") Regime regime)
        implements Pass, GroupConvBuilder.With {
    private static final String REMOVED = "group-conv.target.removed";

    /** Training images that statistics are measured on where nothing else adapts them. */
    private static final int STATISTICS_SAMPLES = 2048;

    private boolean trains() {
        return sparsify.epochs() + fineTune.epochs() > 0;
    }

    @Override
    public boolean needsData() {
        return trains();
    }

    @Override
    public boolean recovers() {
        return fineTune.epochs() > 0;
    }

    /** The groups that the weights as they are would get. */
    @Override
    public Model preview(Model model, PassContext context) {
        Sparsification towards = sparsification(model, context);
        if (trains()) {
            context.note(
                    "would train for %s epochs towards groups and %s in them; these are the groups of the weights as they are"
                            .formatted(sparsify.epochs(), fineTune.epochs()));
        }
        return choose(model, towards, towards.beginnings(model, context.progress()), context)
                .converted(model, context);
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Sparsification towards = sparsification(model, context);
        if (towards.layers().isEmpty()) {
            if (target.removed() > 0) {
                context.missed(REMOVED, target.removed(), 0);
            }
            return model;
        }
        Model network = trains() ? fineTuner(regime, model, context).withBatchNorm(model) : model;
        List<Shuffle> shuffles;
        if (sparsify.epochs() > 0) {
            Trainer.Outcome sparse = sparsified(network, towards, context);
            network = sparse.model();
            shuffles = towards.shuffles(sparse.regularizer());
        } else {
            shuffles = towards.beginnings(network, context.progress());
        }
        Grouping grouping = choose(network, towards, shuffles, context);
        if (grouping.isEmpty()) {
            return Trainer.folded(network, model);
        }
        Model grouped = recovered(grouping.mask().apply(network), grouping, context);
        return grouping.proved(Trainer.folded(grouped, model), context);
    }

    private Sparsification sparsification(Model model, PassContext context) {
        List<CuttableLayer> layers = CuttableLayer.of(model, target, context);
        return new Sparsification(
                layers,
                new ChannelOrders(shuffle)
                        .orders(
                                model,
                                layers.stream().map(CuttableLayer::layer).toList(),
                                context.inputShapes(),
                                context.seed(),
                                context.progress()),
                shuffle,
                sparsify,
                target.removed(),
                context.seed());
    }

    /** At a constant rate, where nothing but the penalty makes weights smaller. */
    private TrainingPlan sparsifyPlan() {
        Regime restored = restored();
        return new TrainingPlan(
                sparsify.epochs(),
                sparsify.learningRate(),
                restored.withOptimizer(restored.optimizer().withWeightDecay(0))
                        .withSchedule(restored.schedule().withKind(ScheduleSettings.Kind.CONSTANT))
                        .withAveraging(0)
                        .withPatience(0));
    }

    private Objective objective(Model network, PassContext context) {
        return UnderTeacher.of(
                new CrossEntropy(fineTune.smoothing()),
                fineTune.teacher(),
                fineTune.temperature(),
                network,
                context);
    }

    private Trainer.Outcome sparsified(Model network, Sparsification towards, PassContext context) {
        Trainer.Outcome sparse =
                new Trainer("sparsify", sparsifyPlan(), objective(network, context), context)
                        .train(network, towards);
        context.note(SparsifyNotes.of(sparse.regularizer(), sparsify.threshold()));
        return sparse;
    }

    private Grouping choose(
            Model network, Sparsification towards, List<Shuffle> shuffles, PassContext context) {
        List<List<Double>> kept = towards.kept(network, shuffles);
        double least = target.leastKept(trains());
        GroupLevels levels = GroupLevels.reaching(target.removed(), least, towards.layers(), kept);
        Grouping grouping = new Grouping(towards.layers(), shuffles, kept, levels);
        grouping.tell(context);
        if (levels.removed() < target.removed()) {
            grouping.tellRefusals(least, context);
            context.missed(REMOVED, target.removed(), levels.removed());
        }
        return grouping;
    }

    /** The regime for a network whose batch normalization was put back before. */
    private Regime restored() {
        return regime.withProgram(regime.program().withRestoreBatchNorm(false));
    }

    private Trainer fineTuner(Regime how, Model network, PassContext context) {
        return new Trainer(
                "fine-tune",
                new TrainingPlan(fineTune.epochs(), fineTune.learningRate(), how),
                objective(network, context),
                context);
    }

    /** The masked network after what training may mend. */
    private Model recovered(Model masked, Grouping grouping, PassContext context) {
        if (fineTune.epochs() > 0) {
            return fineTuner(restored(), masked, context).train(masked, grouping.mask()).model();
        }
        return trains()
                ? new RecalibrateBatchNorm(
                                STATISTICS_SAMPLES,
                                regime.augmentation().withMixing(MixingSettings.NONE))
                        .apply(masked, context)
                : masked;
    }
}
