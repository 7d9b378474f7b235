package dev.espalier.core.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.DataException;
import dev.espalier.core.PassFailedException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PipelineTest {
    private static final Value X = Value.of("x", new TensorType(DataType.FLOAT, Shape.of(1, 4)));
    private static final Model MODEL =
            new Model(
                    10,
                    Map.of("", 20L),
                    new Graph(
                            "g",
                            List.of(X),
                            List.of(X),
                            List.of(),
                            List.of(),
                            List.of(),
                            Opaque.NONE),
                    Map.of(),
                    Map.of(),
                    Opaque.NONE);

    /** Appends its word to the model's metadata, so that the order of passes shows. */
    @PassInfo(id = "say", summary = "x")
    record Say(@Option(help = "x") String word) implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            if (word.isEmpty()) {
                context.skipped("g", "nothing to say");
                return model;
            }
            context.note("said " + word + " with seed " + context.seed());
            context.plot("loudness", 1, 0.5);
            return model.withMetadata("said", model.metadata().getOrDefault("said", "") + word);
        }

        @Override
        public Model preview(Model model, PassContext context) {
            return model.withMetadata("said", "preview");
        }
    }

    /** Fails in the way its option names. */
    @PassInfo(id = "fail", summary = "x")
    record Fail(@Option(help = "x") String how) implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            switch (how) {
                case "data" -> throw new DataException("no such image");
                case "proof" -> throw new VerificationException("outputs differ");
                case "bug" -> throw new IllegalStateException("oops");
                case "renames" -> {
                    return model.withGraph(
                            new Graph(
                                    "g",
                                    List.of(),
                                    List.of(X),
                                    List.of(),
                                    List.of(),
                                    List.of(),
                                    Opaque.NONE));
                }
                default -> context.checkCancelled();
            }
            return model;
        }
    }

    /** Keeps finished passes in memory. */
    private static final class MemoryStore implements StepStore {
        final Map<Integer, Finished> finished = new HashMap<>();

        @Override
        public Optional<Finished> read(int position) {
            return Optional.ofNullable(finished.get(position));
        }

        @Override
        public void write(int position, Finished step) {
            finished.put(position, step);
        }

        @Override
        public Checkpoints checkpoints(int position) {
            return Checkpoints.NONE;
        }
    }

    private final List<String> events = new ArrayList<>();
    private boolean cancelled;

    private Pipeline pipeline(Pass... passes) {
        Pipeline.Listener listener =
                new Pipeline.Listener() {
                    @Override
                    public void begins(int position, int count, String id) {
                        events.add("begin " + position + "/" + count + " " + id);
                    }

                    @Override
                    public void ended(int position, int count, PassRun run, boolean resumed) {
                        events.add((resumed ? "had " : "end ") + position);
                    }
                };
        return new Pipeline(
                        List.of(passes), PassContext.of(MODEL).withCancellation(() -> cancelled))
                .withJudge(
                        (model, passesDone) ->
                                ModelFigures.of(
                                        model.metadata().getOrDefault("said", "").length(), 0, 0))
                .withListener(listener);
    }

    @Test
    void runsPassesInOrderAndRecordsEach() {
        Pipeline.Result result =
                pipeline(new Say("ab"), new Say(""), new Say("c")).run(StepStore.NONE);
        assertThat(result.model().metadata()).containsEntry("said", "abc");
        List<PassRun> runs = result.runs();
        assertThat(runs).extracting(run -> run.before().bytes()).containsExactly(0L, 2L, 2L);
        assertThat(runs).extracting(run -> run.after().bytes()).containsExactly(2L, 2L, 3L);
        assertThat(runs).extracting(PassRun::changed).containsExactly(true, false, true);
        assertThat(runs.get(1).skips()).containsExactly(new PassRun.Skip("g", "nothing to say"));
        assertThat(runs.get(0).readings()).containsExactly(new PassRun.Reading("loudness", 1, 0.5));
        assertThat(runs.get(0).notes()).isNotEqualTo(runs.get(2).notes());
    }

    @Test
    void goesOnAfterWhatIsFinished() {
        MemoryStore store = new MemoryStore();
        assertThatThrownBy(() -> pipeline(new Say("a"), new Fail("data")).run(store));
        assertThat(store.finished).containsOnlyKeys(0);
        events.clear();
        Pipeline.Result result = pipeline(new Say("a"), new Say("b")).run(store);
        assertThat(result.model().metadata()).containsEntry("said", "ab");
        assertThat(events).containsExactly("had 0", "begin 1/2 say", "end 1");
        assertThat(result.runs()).hasSize(2);
    }

    @Test
    void givesTheSameResultWithAndWithoutABreak() {
        MemoryStore store = new MemoryStore();
        pipeline(new Say("a")).run(store);
        Pipeline.Result resumed = pipeline(new Say("a"), new Say("b")).run(store);
        Pipeline.Result whole = pipeline(new Say("a"), new Say("b")).run(StepStore.NONE);
        assertThat(resumed.model()).isEqualTo(whole.model());
        assertThat(resumed.runs().get(1).notes()).isEqualTo(whole.runs().get(1).notes());
    }

    @Test
    void namesTheFailingPassAndKeepsItsKindOfError() {
        assertThatThrownBy(
                        () ->
                                pipeline(new Say("a"), new Fail("data"), new Say("b"))
                                        .run(StepStore.NONE))
                .isInstanceOf(DataException.class)
                .hasMessage("pass 2 of 3, 'fail' (after say): no such image");
        assertThatThrownBy(() -> pipeline(new Fail("proof")).run(StepStore.NONE))
                .isInstanceOf(VerificationException.class)
                .hasMessage("pass 1 of 1, 'fail': outputs differ");
        assertThatThrownBy(() -> pipeline(new Fail("bug")).run(StepStore.NONE))
                .isInstanceOf(PassFailedException.class)
                .hasMessageContaining("'fail' failed")
                .hasRootCauseMessage("oops");
    }

    @Test
    void refusesAPassThatChangesTheInterface() {
        assertThatThrownBy(() -> pipeline(new Fail("renames")).run(StepStore.NONE))
                .isInstanceOf(PassFailedException.class)
                .hasMessageContaining("became [->, x: FLOAT], they were [x: FLOAT, ->, x: FLOAT]");
    }

    @Test
    void stopsBetweenAndInsidePassesWhenAsked() {
        cancelled = true;
        assertThatThrownBy(() -> pipeline(new Say("a")).run(StepStore.NONE))
                .isInstanceOf(CancelledException.class);
        assertThat(events).containsExactly("begin 0/1 say");
    }

    @Test
    void previewRunsNoPassForReal() {
        Pipeline.Result result = pipeline(new Say("a")).preview();
        assertThat(result.model().metadata()).containsEntry("said", "preview");
        assertThat(result.runs().get(0).after().bytes()).isEqualTo(7);
    }

    @Test
    void asksForDataOnlyWhereThereIsSome() {
        Pipeline pipeline = pipeline(new NeedsData());
        assertThatThrownBy(() -> pipeline.run(StepStore.NONE))
                .isInstanceOf(dev.espalier.core.InvalidOptionException.class)
                .hasMessageContaining("no data block");
    }

    @PassInfo(id = "needs-data", summary = "x")
    record NeedsData() implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            context.data();
            return model;
        }
    }

    /** Says that what it returns was proved to equal what it was given. */
    @PassInfo(id = "prove", summary = "x")
    record Prove(@Option(help = "x") boolean proves) implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            Model result = model.withMetadata("said", "proved");
            if (proves) {
                context.part("a part").log().proved(model, result);
            } else {
                context.trial().log().proved(model, result);
                context.log().proved(result, model);
            }
            return result;
        }
    }

    /** Takes a metric, which no two models have alike. */
    private final class Metrics implements Pipeline.Judge {
        @Override
        public ModelFigures judge(Model model, int passes) {
            events.add("judged after " + passes);
            return ModelFigures.of(passes, 0, 0)
                    .withMetrics(Map.of("top1", 0.5 + passes), "validation", 10);
        }

        @Override
        public ModelFigures judgeEqual(Model model, int passes, ModelFigures before) {
            return ModelFigures.of(passes, 0, 0)
                    .withMetrics(before.metrics(), before.split(), before.samples());
        }
    }

    @Test
    void aModelThatWasProvedEqualKeepsItsMetricsAndThatIsSaid() {
        PassRun run =
                pipeline(new Prove(true))
                        .withJudge(new Metrics())
                        .run(StepStore.NONE)
                        .runs()
                        .get(0);

        assertThat(events).contains("judged after 0").doesNotContain("judged after 1");
        assertThat(run.after().metrics()).isEqualTo(run.before().metrics());
        assertThat(run.after().bytes()).isEqualTo(1);
        assertThat(run.notes())
                .containsExactly(
                        "its metrics are those of the model before, which it was proved to equal");
    }

    @Test
    void otherProofsAreNoReasonNotToMeasure() {
        PassRun run =
                pipeline(new Prove(false))
                        .withJudge(new Metrics())
                        .run(StepStore.NONE)
                        .runs()
                        .get(0);

        assertThat(events).contains("judged after 1");
        assertThat(run.notes()).isEmpty();
    }

    /** Notes what it is told that the recipe ends in, and says what it computes in itself. */
    @PassInfo(id = "compute", summary = "x")
    record Compute(@Option(help = "x") String kind) implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            context.note(
                    context.precision(LayerKind.SPATIAL)
                            + " "
                            + context.precision(LayerKind.PRODUCT));
            return model;
        }

        @Override
        public Optional<Precision> computes(LayerKind asked) {
            return asked.toString().equals(kind)
                    ? Optional.of(Precision.INT8)
                    : kind.equals("all") ? Optional.of(Precision.FLOAT) : Optional.empty();
        }
    }

    private static List<String> ends(PassContext environment, String... kinds) {
        List<Pass> passes =
                java.util.Arrays.stream(kinds).map(kind -> (Pass) new Compute(kind)).toList();
        return new Pipeline(passes, environment)
                .preview().runs().stream().flatMap(run -> run.notes().stream()).toList();
    }

    @Test
    void everyPassIsToldWhatTheLastOnesComputeIn() {
        PassContext environment = PassContext.of(MODEL);
        assertThat(ends(environment, "none", "none")).containsOnly("float float");
        assertThat(ends(environment, "none", "3x3", "none"))
                .containsExactly("int8 float", "int8 float", "int8 float");
        assertThat(ends(environment, "product", "3x3")).containsOnly("int8 int8");
        assertThat(ends(environment, "3x3", "all")).containsOnly("float float");
    }

    @Test
    void aProgramMaySayWhatComesAfterItsPipeline() {
        PassContext environment = PassContext.of(MODEL).withPrecision(Precision.INT8);
        assertThat(ends(environment, "none")).containsOnly("int8 int8");
        assertThat(ends(environment.withPrecision(LayerKind.SPATIAL, Precision.FLOAT), "none"))
                .containsOnly("float int8");
    }
}
