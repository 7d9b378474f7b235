package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.recipe.Options;
import dev.espalier.groupconv.option.FineTuneSettings;
import dev.espalier.groupconv.option.KeepDense;
import dev.espalier.groupconv.option.ShuffleSettings;
import dev.espalier.groupconv.option.SparsifySettings;
import dev.espalier.groupconv.option.TargetSettings;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GroupConvTest {
    /** A residual network without batch norm, as an export folds it; the first layer reads 3. */
    private static final String TEXT =
            """
            graph (x: float[N,3,6,6]) -> (logits: float[N,4])
            w0: float[8,3,3,3] = seed(1)
            b0: float[8] = fill(0)
            w1: float[8,8,3,3] = seed(2)
            b1: float[8] = fill(0)
            w2: float[8,8,3,3] = seed(3)
            b2: float[8] = fill(0)
            w3: float[16,8,1,1] = seed(4)
            b3: float[16] = fill(0)
            w4: float[4,16] = seed(5)
            h0 = Conv(x, w0, b0) {pads=[1,1,1,1]}
            r0 = Relu(h0)
            h1 = Conv(r0, w1, b1) {pads=[1,1,1,1]}
            r1 = Relu(h1)
            h2 = Conv(r1, w2, b2) {pads=[1,1,1,1]}
            s = Add(h2, r0)
            r2 = Relu(s)
            h3 = Conv(r2, w3, b3)
            r3 = Relu(h3)
            p = GlobalAveragePool(r3)
            f = Flatten(p)
            logits = Gemm(f, w4) {transB=1}
            """;

    private static final Model NETWORK = GraphText.parse(TEXT);

    private static final Regime REGIME =
            Options.defaults(Regime.class)
                    .withBatch(32)
                    .withAugmentation(AugmentationSettings.NONE)
                    .withProgram(new ProgramSettings(Precision.FLOAT32, true));

    private static final TargetSettings HALF =
            Options.defaults(TargetSettings.class).withMinChannels(2);

    @BeforeEach
    void onOneThread() {
        TorchModule.threads(1);
    }

    private static GroupConv pass(TargetSettings target, int sparsify, int fineTune) {
        return pass(target, ShuffleSettings.Kind.LEARNED, sparsify, fineTune);
    }

    private static GroupConv pass(
            TargetSettings target, ShuffleSettings.Kind kind, int sparsify, int fineTune) {
        return Options.defaults(GroupConv.class)
                .withTarget(target)
                .withShuffle(Options.defaults(ShuffleSettings.class).withKind(kind))
                .withSparsify(Options.defaults(SparsifySettings.class).withEpochs(sparsify))
                .withFineTune(Options.defaults(FineTuneSettings.class).withEpochs(fineTune))
                .withRegime(REGIME);
    }

    private static Map<String, Long> groups(Model model) {
        Map<String, Long> groups = new HashMap<>();
        for (Node node : model.graph().nodes()) {
            if (node.is("Conv")) {
                groups.put(Integer.toString(groups.size()), node.attributes().integer("group", 1));
            }
        }
        return groups;
    }

    @Test
    void isInTheCatalogue() {
        assertThat(ServiceLoader.load(PassCatalog.class))
                .anySatisfy(catalog -> assertThat(catalog.passes()).contains(GroupConv.class));
    }

    @ParameterizedTest
    @EnumSource(ShuffleSettings.Kind.class)
    void trainsTowardsGroupsAndProvesThem(ShuffleSettings.Kind kind) {
        PassContext context = Stripes.context(NETWORK);
        Model grouped = pass(HALF, kind, 2, 2).apply(NETWORK, context);

        assertThat(groups(grouped)).hasSize(4).containsEntry("0", 1L);
        assertThat(groups(grouped).values().stream().filter(group -> group > 1)).isNotEmpty();
        assertThat(grouped.graph().nodes()).noneMatch(node -> node.is("BatchNormalization"));
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .containsOnlyOnce("Conv 'h0': 3 input and 8 output channels cannot both be halved");
        assertThat(context.notes())
                .anyMatch(note -> note.startsWith("sparsify: trained "))
                .anyMatch(note -> note.startsWith("sparsify: removable where layers lose at most"))
                .anyMatch(note -> note.matches("Conv 'h\\d': \\d groups keep 0\\.\\d+ of its .*"))
                .anyMatch(note -> note.startsWith("fine-tune: trained "))
                .anyMatch(note -> note.contains("permutations folded away"))
                .anyMatch(note -> note.startsWith("proved on "))
                .noneMatch(note -> note.contains("was asked for"));
    }

    @Test
    void itLearnsWhatTheStripesAre() {
        Model trained =
                new dev.espalier.train.Trainer(
                                new dev.espalier.train.run.TrainingPlan(12, 0.1, REGIME),
                                new dev.espalier.train.loss.CrossEntropy(0),
                                Stripes.context(NETWORK))
                        .train(NETWORK);
        PassContext context = Stripes.context(trained);
        pass(HALF, 4, 8).apply(trained, context);
        assertThat(context.notes())
                .filteredOn(note -> note.startsWith("fine-tune: top-1 on the validation"))
                .singleElement()
                .asString()
                .endsWith("100.00 %");
    }

    @Test
    void withoutTrainingItRefusesToDestroy() {
        PassContext context = PassContext.of(NETWORK);
        GroupConv pass = pass(HALF, 0, 0);
        assertThat(pass.needsData()).isFalse();
        assertThat(pass.apply(NETWORK, context)).isSameAs(NETWORK);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anySatisfy(
                        skipped ->
                                assertThat(skipped)
                                        .startsWith("Conv 'h1': 2 groups would keep 0.")
                                        .contains("at least 0.9 is asked for"))
                .anyMatch(skipped -> skipped.startsWith("Conv 'h3': 2 groups would keep 0."));
        assertThat(context.notes())
                .contains("group-conv.target.removed: 0.5000 was asked for, 0.000 is reached");
    }

    @Test
    void withoutTrainingItDestroysWhereTheRecipeInsists() {
        PassContext context =
                PassContext.of(NETWORK).withRunner(new dev.espalier.runtime.OrtRunner());
        Model grouped = pass(HALF.withMinKept(Optional.of(0.0)), 0, 0).apply(NETWORK, context);
        assertThat(groups(grouped).values().stream().filter(group -> group > 1)).isNotEmpty();
        assertThat(context.notes())
                .anyMatch(
                        note -> note.matches("Conv 'h1': \\d groups keep 0\\.[1-7]\\d* of its .*"))
                .anyMatch(note -> note.startsWith("proved on "));
    }

    @Test
    void withoutTrainingItTakesTheGroupsThatAreThere() {
        Model blocks =
                GraphText.parse(
                        """
                        graph (x: float[N,4,2,2]) -> (y: float[N,4,2,2])
                        w: float[4,4,1,1] = [1,0,1,0, 0,1,0,1, 1,0,2,0, 0,3,0,1]
                        y = Conv(x, w)
                        """);
        PassContext context =
                PassContext.of(blocks).withRunner(new dev.espalier.runtime.OrtRunner());
        Model grouped = pass(HALF, 0, 0).apply(blocks, context);
        assertThat(groups(grouped)).containsEntry("0", 2L);
        assertThat(context.notes()).contains("Conv 'y': 2 groups keep 1.000 of its weights");
        assertThat(context.skips()).isEmpty();
    }

    @Test
    void whatCannotBeCutIsNamedAndTheTargetMissed() {
        Model odd =
                GraphText.parse(
                        """
                        graph (x: float[N,3,4,4]) -> (y: float[N,4,4,4])
                        a: float[5,3,1,1] = seed(1)
                        b: float[6,5,1,1] = seed(2)
                        c: float[6,1,3,3] = seed(3)
                        d: float[4,6,1,1] = seed(4)
                        e: float[4,4,1,1] = seed(5)
                        p = Conv(x, a)
                        q = Conv(p, b)
                        r = Conv(q, c) {pads=[1,1,1,1], group=6}
                        s = Conv(r, d)
                        t = Conv(s, e)
                        y = Conv(t, e)
                        """);
        PassContext context = PassContext.of(odd);
        assertThat(pass(HALF.withMinChannels(4), 0, 0).apply(odd, context)).isSameAs(odd);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .containsExactly(
                        "Conv 'p': 3 input and 5 output channels cannot both be halved",
                        "Conv 'q': 5 input and 6 output channels cannot both be halved",
                        "Conv 'r': it has 6 groups already",
                        "Conv 't': its weight 'e' is shared by Conv 't' and Conv 'y'",
                        "Conv 'y': its weight 'e' is shared by Conv 't' and Conv 'y'",
                        "Conv 's': 6 input and 4 output channels are no two groups of 4 channels or more");
        assertThat(context.notes()).anyMatch(note -> note.contains("0.5000 was asked for"));
    }

    @Test
    void layersThatShallStayDenseDo() {
        PassContext context =
                PassContext.of(NETWORK).withRunner(new dev.espalier.runtime.OrtRunner());
        pass(
                        HALF.withMinKept(Optional.of(0.0))
                                .withKeepDense(
                                        Options.defaults(KeepDense.class)
                                                .withNodes(List.of("h1", "h2"))),
                        0,
                        0)
                .apply(NETWORK, context);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .contains(
                        "Conv 'h1': it is named in keep-dense",
                        "Conv 'h2': it is named in keep-dense");
        assertThat(context.notes()).anyMatch(note -> note.startsWith("1 of 1 convolutions get"));
        assertThatThrownBy(
                        () ->
                                pass(
                                                HALF.withKeepDense(
                                                        Options.defaults(KeepDense.class)
                                                                .withNodes(List.of("h9"))),
                                                0,
                                                0)
                                        .apply(NETWORK, PassContext.of(NETWORK)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("'h9'")
                .hasMessageContaining("h0, h1, h2, h3");
    }

    @Test
    void previewShowsGroupsWithoutTrainingOrProof() {
        PassContext context = PassContext.of(NETWORK);
        Model planned = pass(HALF, 6, 12).preview(NETWORK, context);
        assertThat(groups(planned).values().stream().filter(group -> group > 1)).isNotEmpty();
        assertThat(context.notes())
                .anyMatch(
                        note -> note.startsWith("would train for 6 epochs towards groups and 12"));
    }

    /** Checkpoints in memory; the work is killed each time that it writes one. */
    private static final class Killing implements Checkpoints {
        private final Map<String, byte[]> kept = new HashMap<>();
        private int writes;

        @Override
        public Optional<byte[]> read(String name) {
            return Optional.ofNullable(kept.get(name));
        }

        @Override
        public void write(String name, byte[] content) {
            kept.put(name, content);
            writes++;
            throw new CancelledException("killed");
        }
    }

    /** As another process shows it: a training that goes on must not depend on who watches. */
    private static Progress elsewhere() {
        return new Progress() {
            @Override
            public Task begin(String name, long done, long steps, String unit) {
                return SILENT.begin(name, done, steps, unit);
            }
        };
    }

    @Test
    void killsAfterEveryEpochChangeNoBitOfTheResult() {
        GroupConv pass = pass(HALF, 2, 2);
        Model expected = pass.apply(NETWORK, Stripes.context(NETWORK));
        Killing checkpoints = new Killing();
        Model found = null;
        while (found == null) {
            try {
                found =
                        pass.apply(
                                NETWORK,
                                Stripes.context(NETWORK)
                                        .withCheckpoints(checkpoints)
                                        .withProgress(elsewhere()));
            } catch (CancelledException e) {
                assertThat(checkpoints.writes).isLessThanOrEqualTo(4);
            }
        }
        assertThat(found).isEqualTo(expected);
        assertThat(checkpoints.writes).isEqualTo(4);
    }
}
