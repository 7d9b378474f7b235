package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.graft.MemberSettings.Rates;
import dev.espalier.train.Trainer;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.LossSettings;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GraftTest {
    /** As an export leaves it: no batch-norm, a bias instead. The last filter is almost nothing. */
    private static final String TEXT =
            """
                    graph (x: float[N,2,4,4]) -> (logits: float[N,3])
                    w1: float[3,2,1,1] = [1, -1, -1, 1, 0.001, 0.001]
                    b1: float[3] = [0, 0, 0]
                    w2: float[3,3] = seed(2)
                    b2: float[3] = fill(0)
                    h = Conv(x, w1, b1)
                    r = Relu(h)
                    p = GlobalAveragePool(r)
                    f = Flatten(p)
                    logits = Gemm(f, w2, b2) {transB=1}
                    """;

    private static final Model FOLDED = GraphText.parse(TEXT);

    private static final Regime REGIME =
            Options.defaults(Regime.class)
                    .withBatch(16)
                    .withAugmentation(AugmentationSettings.NONE)
                    .withProgram(new ProgramSettings(Precision.FLOAT32, true));

    @BeforeEach
    void onOneThread() {
        TorchModule.threads(1);
    }

    private static Graft pass(int epochs, Integer networks, boolean initialize, Scion kind) {
        MemberSettings members =
                Options.defaults(MemberSettings.class)
                        .withScion(Options.defaults(ScionSettings.class).withKind(kind))
                        .withNetworks(Optional.ofNullable(networks))
                        .withInitialize(initialize);
        return Options.defaults(Graft.class)
                .withEpochs(epochs)
                .withMembers(members)
                .withRegime(REGIME);
    }

    @Test
    void recoversANetworkWithCopiesOfItInARing() {
        PassContext context = Shades.context(FOLDED, 24);
        Model trained = pass(3, 3, false, Scion.EXTERNAL).apply(FOLDED, context);
        assertThat(trained.graph().nodes()).isEqualTo(FOLDED.graph().nodes());
        assertThat(trained.graph().initializers().keySet())
                .containsExactlyElementsOf(FOLDED.graph().initializers().keySet());
        assertThat(context.notes())
                .contains("learning rates of the networks: 0.025, 0.075, 0.1")
                .anyMatch(note -> note.startsWith("network 3: trained 6 weights for 3 epochs"))
                .anyMatch(note -> note.matches("returned network [123] of 3, the best .*"))
                .anyMatch(note -> note.startsWith("measured 1 batch normalizations"))
                .anyMatch(
                        note ->
                                note.matches(
                                        "\\d of 3 filters have an L1 norm below 0.1, before 1"));
    }

    @Test
    void trainsNetworksOfTheirOwnFromScratch() {
        PassContext context = Shades.context(FOLDED, 24);
        Model trained = pass(6, null, true, Scion.EXTERNAL).apply(FOLDED, context);
        assertThat(trained).isNotEqualTo(FOLDED);
        assertThat(context.notes())
                .anyMatch(note -> note.matches("returned network [12] of 2, the best .*"))
                .anyMatch(note -> note.matches("\\d of 3 filters have an L1 norm below 0.1"));
    }

    @Test
    void graftingDoesSomething() {
        Model fixed =
                train(
                        Options.defaults(BlendSettings.class)
                                .withInformation(Information.NONE)
                                .withFixed(1));
        Model grafted = train(Options.defaults(BlendSettings.class));
        assertThat(grafted).isNotEqualTo(fixed);
        // With a share of 1 each network keeps all of its own, and no epoch can tell.
        TrainingPlan plan = new TrainingPlan(3, 0.1 * 0.5, REGIME);
        PassContext context = Shades.context(FOLDED, 0);
        Model plain =
                new Trainer(
                                plan,
                                Options.defaults(LossSettings.class).objective(FOLDED, context),
                                context)
                        .train(FOLDED);
        assertThat(fixed).isEqualTo(plain);
    }

    /** The first network of two, since there is no validation split. */
    private static Model train(BlendSettings blend) {
        MemberSettings members =
                Options.defaults(MemberSettings.class)
                        .withScion(Options.defaults(ScionSettings.class).withBlend(blend))
                        .withNetworks(Optional.of(2));
        PassContext context = Shades.context(FOLDED, 0);
        return Options.defaults(Graft.class)
                .withEpochs(3)
                .withMembers(members)
                .withRegime(REGIME)
                .apply(FOLDED, context);
    }

    @Test
    void oneNetworkGraftsItsOwnFiltersOrNoise() {
        for (Scion kind : List.of(Scion.INTERNAL, Scion.NOISE)) {
            PassContext context = Shades.context(FOLDED, 24);
            Model trained = pass(3, null, false, kind).apply(FOLDED, context);
            assertThat(trained.graph().nodes()).isEqualTo(FOLDED.graph().nodes());
            assertThat(context.notes())
                    .noneMatch(note -> note.startsWith("returned network"))
                    .anyMatch(note -> note.startsWith("trained 6 weights for 3 epochs"));
        }
    }

    @Test
    void learnsFromTheOriginalNetworkToo() {
        Model original = GraphText.parse(TEXT.replace("1, -1, -1, 1", "3, -3, -3, 3"));
        Model alone = under(0, original);
        Model taught = under(0.9, original);
        assertThat(taught).isNotEqualTo(alone);
        assertThat(taught.graph().nodes()).isEqualTo(FOLDED.graph().nodes());
    }

    private static Model under(double teacher, Model original) {
        Graft pass = pass(2, 2, false, Scion.EXTERNAL);
        Graft other = pass.withLoss(pass.loss().withTeacher(teacher));
        return other.apply(FOLDED, Shades.context(original, 24));
    }

    @Test
    void refusesPatience() {
        Graft pass =
                Options.defaults(Graft.class)
                        .withEpochs(2)
                        .withMembers(Options.defaults(MemberSettings.class).withRates(Rates.EQUAL))
                        .withRegime(REGIME.withPatience(2));
        assertThatThrownBy(() -> pass.apply(FOLDED, Shades.context(FOLDED, 24)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("set patience to 0");
    }

    @Test
    void thePreviewChangesNothing() {
        PassContext context = PassContext.of(FOLDED);
        assertThat(pass(3, 3, true, Scion.EXTERNAL).preview(FOLDED, context)).isSameAs(FOLDED);
        assertThat(context.notes())
                .containsExactly("would train 3 networks side by side for 3 epochs");
    }

    private static Graft channelByChannel(boolean restoring, int workers) {
        BlendSettings scales =
                Options.defaults(BlendSettings.class).withInformation(Information.SCALE);
        MemberSettings members =
                Options.defaults(MemberSettings.class)
                        .withScion(Options.defaults(ScionSettings.class).withBlend(scales))
                        .withNetworks(Optional.of(2))
                        .withWorkers(workers);
        Regime regime = REGIME.withProgram(new ProgramSettings(Precision.FLOAT32, restoring));
        return Options.defaults(Graft.class).withEpochs(3).withMembers(members).withRegime(regime);
    }

    @Test
    void graftsChannelByChannelWhereBatchNormsAreOrWereAndSaysWhereNot() {
        PassContext context = Shades.context(FOLDED, 0);
        Model trained = channelByChannel(true, 1).apply(FOLDED, context);
        assertThat(trained).isNotEqualTo(train(Options.defaults(BlendSettings.class)));
        assertThat(context.skips()).isEmpty();

        PassContext without = Shades.context(FOLDED, 0);
        channelByChannel(false, 1).apply(FOLDED, without);
        assertThat(without.skips())
                .map(PassRun.Skip::toString)
                .hasSize(2)
                .allMatch(text -> text.contains("blended as a whole, by entropy"))
                .anyMatch(text -> text.startsWith("Conv"))
                .anyMatch(text -> text.startsWith("Gemm"));
    }

    @Test
    void processesNeedARecipe() {
        Graft pass = channelByChannel(true, 2);
        PassContext context = Shades.context(FOLDED, 0);
        assertThat(pass.preview(FOLDED, context)).isSameAs(FOLDED);
        assertThat(context.notes())
                .containsExactly("would train 2 networks side by side for 3 epochs, 2 at once");
        assertThatThrownBy(() -> pass.apply(FOLDED, context))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("set workers to 1, found 2");
    }

    @Test
    void theCatalogueListsIt() {
        assertThat(ServiceLoader.load(PassCatalog.class))
                .anySatisfy(catalog -> assertThat(catalog.passes()).contains(Graft.class));
    }
}
