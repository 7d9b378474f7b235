package dev.espalier.graft;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Withers;
import dev.espalier.core.simplify.Simplify;
import dev.espalier.core.upgrade.UpgradeOpset;
import dev.espalier.train.RecalibrateBatchNorm;
import dev.espalier.train.regime.AugmentationSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Blends the network once with others of its topology, layer by layer: checkpoints of one training,
 * or networks that were fine-tuned from one. No training follows, but the statistics of batch
 * normalization are measured anew, since blended ones belong to no network.
 *
 * <pre>
 *   W = alpha W + (1 - alpha) W_donor        alpha by the information of both; see AdaptiveShare,
 *                                            with scale channel by channel, see ChannelwiseBlend
 * </pre>
 *
 * <p>Several files go in the order of a ring: each is grafted with the one named before it, as that
 * one became, and last the network at hand with the last file. So the network at hand keeps its
 * alpha however many there are, and the file named first counts least.
 *
 * <p>Donors are simplified as the recipe's own network is, which exports of one topology survive
 * alike. Refuses networks of another topology, other shapes or other operator sets, naming the
 * difference. Networks that were trained apart from different starts mostly lose their accuracy
 * when blended: only the figures of the report tell.
 *
 * @param networks that are blended in
 * @param blend how much is kept
 * @param samples training images that statistics are measured on, 0 to leave them blended
 * @param augmentation random changes to them, as in the training of the networks
 */
@PassInfo(
        id = "graft-checkpoints",
        summary =
                "Blends the network with others of one topology, layer by layer, without training.",
        paper = "Meng et al., Filter Grafting for Deep Neural Networks, 2020")
@Withers
public record GraftCheckpoints(
        @Option(
                        value = "[original]",
                        help = "ONNX files of the donors; original is the recipe's own network")
                List<String> networks,
        @Option(help = "How much each layer keeps of its own") BlendSettings blend,
        @Option(
                        value = "2048",
                        help = "Training images for batch-norm statistics, 0 for none",
                        min = 0,
                        max = 10000000)
                int samples,
        @Option(help = "Random changes to training images, as in training")
                AugmentationSettings augmentation)
        implements Pass, GraftCheckpointsBuilder.With {
    /** How a recipe calls the network that it began with. */
    private static final String ORIGINAL = "original";

    public GraftCheckpoints {
        networks = List.copyOf(networks);
        if (networks.isEmpty()) {
            throw new InvalidOptionException(
                    "networks is empty; name files, or 'original' for the recipe's own network");
        }
    }

    @Override
    public List<String> models() {
        return networks.stream().filter(name -> !name.equals(ORIGINAL)).toList();
    }

    @Override
    public GraftCheckpoints withModels(List<String> files) {
        List<String> left = new ArrayList<>(files);
        return withNetworks(
                networks.stream()
                        .map(name -> name.equals(ORIGINAL) ? name : left.remove(0))
                        .toList());
    }

    /** Blends without data: statistics are not measured. */
    @Override
    public Model preview(Model model, PassContext context) {
        return blended(model, context);
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Model blended = blended(model, context);
        if (blended == model || samples == 0) {
            return blended;
        }
        if (!context.hasData()) {
            context.note(
                    "batch-norm statistics are blended, not measured: the recipe has no data block");
            return blended;
        }
        return new RecalibrateBatchNorm(Math.max(2, samples), augmentation).apply(blended, context);
    }

    /**
     * A donor as it came from a file, or where it is of an older operator set or has other nodes
     * brought to the newer one and simplified, as every recipe does first with its own network.
     */
    private static Model alike(Model model, Model donor) {
        Model newer =
                donor.opset() < model.opset()
                        ? new UpgradeOpset().preview(donor, PassContext.of(donor))
                        : donor;
        return newer.graph().nodes().size() == model.graph().nodes().size()
                ? newer
                : new Simplify().preview(newer, PassContext.of(newer));
    }

    private Model blended(Model model, PassContext context) {
        Blend layers = Blend.of(model, context.inputShapes(), blend);
        layers.explain(context);
        Map<String, Tensor> donor = Map.of();
        for (String name : networks) {
            boolean original = name.equals(ORIGINAL);
            Map<String, Tensor> next =
                    Counterparts.of(
                            model,
                            alike(model, original ? context.original() : context.model(name)),
                            original ? "the original network" : "the network " + name);
            donor = donor.isEmpty() ? next : layers.graft(next, donor);
        }
        Map<String, Tensor> own = Counterparts.floats(model);
        Map<String, Kept> shares = layers.kept(own, donor);
        Map<String, Tensor> result = layers.graft(own, donor);
        if (result.equals(own)) {
            context.note("nothing to blend: the networks have equal weights");
            return model;
        }
        GraphEditor editor = new GraphEditor(model.graph());
        result.forEach(editor::setInitializer);
        context.note(
                String.format(
                        Locale.ROOT,
                        "blended %s tensors with %s, keeping shares from %.2f to %.2f of each",
                        shares.size(),
                        String.join(", ", networks),
                        shares.values().stream().mapToDouble(Kept::least).min().orElse(0.5),
                        shares.values().stream().mapToDouble(Kept::most).max().orElse(0.5)));
        return model.withGraph(editor.build());
    }
}
