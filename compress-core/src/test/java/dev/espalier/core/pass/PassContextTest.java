package dev.espalier.core.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.simplify.Simplify;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PassContextTest {
    private static final Model MODEL =
            GraphText.parse(
                    """
                    graph (x: float[N,2]) -> (y)
                    a = Identity(x)
                    y = Relu(a)
                    """);

    @Test
    void beginsWithDefaults() {
        PassContext context = PassContext.of(MODEL);
        assertThat(context.seed()).isEqualTo(17);
        assertThat(context.original()).isSameAs(MODEL);
        assertThat(context.inputShapes()).isEqualTo(InputShapes.ofBatch(1));
        assertThat(context.hasData()).isFalse();
        assertThat(context.progress()).isSameAs(Progress.SILENT);
        assertThat(context.checkpoints()).isSameAs(Checkpoints.NONE);
        context.checkCancelled();
    }

    @Test
    void saysWhatToGiveWhereSomethingIsMissing() {
        PassContext context = PassContext.of(MODEL);
        assertThatThrownBy(context::data)
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("withData(");
        assertThatThrownBy(() -> context.runner().open(MODEL))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("withRunner(new OrtRunner())");
        assertThatThrownBy(() -> context.model("teacher.onnx"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("'teacher.onnx'")
                .hasMessageContaining("withModels(");
    }

    @Test
    void aChangeGivesAnotherContextThatKeepsTheRest() {
        List<String> lines = new ArrayList<>();
        PassContext first = PassContext.of(MODEL).withListener(lines::add).withSeed(3);
        PassContext second =
                first.withInputShapes(InputShapes.ofBatch(4))
                        .withModels(name -> MODEL)
                        .withCancellation(() -> true)
                        .withLog(first.log().fresh());
        assertThat(first.inputShapes()).isEqualTo(InputShapes.ofBatch(1));
        assertThat(second.seed()).isEqualTo(3);
        assertThat(second.inputShapes()).isEqualTo(InputShapes.ofBatch(4));
        assertThat(second.model("any")).isSameAs(MODEL);
        assertThatThrownBy(second::checkCancelled).isInstanceOf(CancelledException.class);
        second.note("done");
        assertThat(first.notes()).isEmpty();
        assertThat(lines).containsExactly("done");
    }

    @Test
    void keepsWhatPassesTell() {
        List<String> lines = new ArrayList<>();
        PassContext context = PassContext.of(MODEL).withListener(lines::add);
        Model simple = new Simplify().preview(MODEL, context);
        assertThat(simple.graph().nodes()).hasSize(1);
        context.skipped("conv1", "too narrow");
        context.plot("loss", 1, 0.5);
        assertThat(context.notes()).hasSize(1);
        assertThat(context.skips()).containsExactly(new PassRun.Skip("conv1", "too narrow"));
        assertThat(context.readings()).containsExactly(new PassRun.Reading("loss", 1, 0.5));
        assertThat(lines).containsExactly(context.notes().get(0), "conv1: too narrow");
    }

    @Test
    void aDerivedContextTellsTheSameLog() {
        PassContext context = PassContext.of(MODEL);
        context.withSeed(4).note("done");
        assertThat(context.notes()).containsExactly("done");
    }

    @Test
    void aPartHasItsNameInFrontAndTheRestOfTheWorldAroundIt() {
        Map<String, byte[]> kept = new HashMap<>();
        List<String> shown = new ArrayList<>();
        Host host = new Host(new InMemory(new HashMap<>()), Optional.empty());
        PassContext context =
                PassContext.of(MODEL)
                        .withSeed(9)
                        .withHost(host)
                        .withCheckpoints(new InMemory(kept))
                        .withProgress(
                                (name, done, steps, unit) -> {
                                    shown.add(name);
                                    return Progress.SILENT.begin(name, done, steps, unit);
                                });
        PassContext part = context.part("network 2");
        part.note("begins");
        part.skipped("conv1", "too narrow");
        part.plot("loss", 1, 0.5);
        part.missed("a.b", 2, 1);
        part.checkpoints().write("epoch", new byte[1]);
        part.progress().begin("training", 1, "images").close();
        part.part("stage").note("goes on");
        assertThat(context.notes())
                .containsExactly(
                        "network 2: begins",
                        "network 2: a.b: 2.000 was asked for, 1.000 is reached",
                        "network 2: stage: goes on");
        assertThat(context.skips()).containsExactly(new PassRun.Skip("conv1", "too narrow"));
        assertThat(context.readings())
                .containsExactly(new PassRun.Reading("network 2 loss", 1, 0.5));
        assertThat(context.log().misses()).containsExactly(new PassRun.Miss("a.b", 2, 1));
        assertThat(kept).containsOnlyKeys("network-2-epoch");
        assertThat(part.checkpoints().read("epoch")).isPresent();
        assertThat(shown).containsExactly("network 2, training");
        assertThat(part.host()).isSameAs(host);
        assertThat(part.seed()).isEqualTo(9);
    }

    @Test
    void aLogWithoutSkipsTellsAllElse() {
        PassContext context = PassContext.of(MODEL);
        PassContext second = context.withLog(context.log().withoutSkips());
        second.skipped("conv1", "too narrow");
        second.note("done");
        assertThat(context.skips()).isEmpty();
        assertThat(context.notes()).containsExactly("done");
    }

    @Test
    void aTrialTellsAndKeepsNothingAndHasTheHostAroundIt() {
        Map<String, byte[]> kept = new HashMap<>();
        ModelTimer timer = (models, seconds) -> List.of();
        Host host = new Host(new InMemory(new HashMap<>()), Optional.of(timer));
        PassContext context =
                PassContext.of(MODEL).withHost(host).withCheckpoints(new InMemory(kept));
        PassContext trial = context.trial();
        trial.note("done");
        trial.skipped("conv1", "too narrow");
        trial.checkpoints().write("epoch", new byte[1]);
        assertThat(context.notes()).isEmpty();
        assertThat(context.skips()).isEmpty();
        assertThat(kept).isEmpty();
        assertThat(trial.host()).isSameAs(host);
    }

    /** Keeps checkpoints in a map. */
    private record InMemory(Map<String, byte[]> blobs) implements Checkpoints {
        @Override
        public Optional<byte[]> read(String name) {
            return Optional.ofNullable(blobs.get(name));
        }

        @Override
        public void write(String name, byte[] content) {
            blobs.put(name, content);
        }
    }

    @Test
    void aPipelineRunsInItsWorld() {
        List<String> lines = new ArrayList<>();
        PassContext context = PassContext.of(MODEL).withSeed(5).withListener(lines::add);
        Pipeline.Result result = new Pipeline(List.of(new Simplify()), context).preview();
        assertThat(result.model().graph().nodes()).hasSize(1);
        assertThat(result.runs().get(0).notes()).hasSize(1).isEqualTo(lines);
        assertThat(context.notes()).isEmpty();
        PassContext stopped = context.withCancellation(() -> true);
        assertThatThrownBy(() -> new Pipeline(List.of(new Simplify()), stopped).preview())
                .isInstanceOf(CancelledException.class);
    }
}
