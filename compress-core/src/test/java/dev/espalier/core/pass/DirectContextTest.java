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
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectContextTest {
    private static final Model MODEL =
            GraphText.parse(
                    """
                    graph (x: float[N,2]) -> (y)
                    a = Identity(x)
                    y = Relu(a)
                    """);

    @Test
    void beginsWithDefaults() {
        DirectContext context = DirectContext.of(MODEL);
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
        DirectContext context = DirectContext.of(MODEL);
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
        DirectContext first = DirectContext.of(MODEL).withListener(lines::add).withSeed(3);
        DirectContext second =
                first.withInputShapes(InputShapes.ofBatch(4))
                        .withModels(name -> MODEL)
                        .withCancellation(() -> true);
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
        DirectContext context = DirectContext.of(MODEL).withListener(lines::add);
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
    void aPipelineRunsInItsWorld() {
        DirectContext context = DirectContext.of(MODEL).withSeed(5);
        PipelineSetup setup = PipelineSetup.of(context);
        assertThat(setup.seed()).isEqualTo(5);
        assertThat(setup.data()).isEmpty();
        Pipeline.Result result = new Pipeline(List.of(new Simplify()), setup).preview(MODEL);
        assertThat(result.model().graph().nodes()).hasSize(1);
        assertThat(result.runs().get(0).notes()).hasSize(1);
        assertThat(context.notes()).isEmpty();
        PipelineSetup stopped = PipelineSetup.of(context.withCancellation(() -> true));
        assertThatThrownBy(() -> new Pipeline(List.of(new Simplify()), stopped).preview(MODEL))
                .isInstanceOf(CancelledException.class);
    }
}
