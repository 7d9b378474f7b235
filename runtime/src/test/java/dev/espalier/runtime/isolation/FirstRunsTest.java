package dev.espalier.runtime.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.testkit.pass.MemoryCheckpoints;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstRunsTest {
    private static final InputShapes ONE = InputShapes.ofBatch(1);

    /** A transposed convolution of no groups, which ONNX Runtime divides by. */
    private static final Model GROUP_OF_NONE =
            GraphText.parse(
                    """
                    graph (x: float[1,2,4,4]) -> (y)
                    w: float[2,3,3,3] = seed(1)
                    y = ConvTranspose(x, w) {group=0}
                    """);

    private final Map<String, byte[]> kept = new HashMap<>();
    private final Isolation isolation = new Isolation(Limits.ofThisMachine());
    private final FirstRuns runs = new FirstRuns(isolation, new MemoryCheckpoints(kept));

    @TempDir private Path folder;

    @AfterEach
    void end() {
        isolation.close();
    }

    private Path written(Model model) {
        Path file = folder.resolve("foreign.onnx");
        OnnxWriter.write(model, file);
        return file;
    }

    private void require(Model model) {
        runs.require(written(model), model, ONE, "hash");
    }

    @Test
    void namesTheFileThatEndsTheProcess() {
        assertThatThrownBy(() -> require(GROUP_OF_NONE))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        folder.resolve("foreign.onnx")
                                + ": ConvTranspose 'y': group is 0, expected at least 1");
        assertThat(kept).isEmpty();
    }

    @Test
    void saysHowTheProcessEndedWhereNothingElseIsKnown() {
        Model hidden =
                GraphText.parse(
                        """
                        graph (x: int64[1]) -> (y)
                        least: int64[1] = [-9223372036854775808]
                        one: int64[1] = [1]
                        zero: int64[1] = [0]
                        nothing = Mul(x, zero)
                        minus = Sub(nothing, one)
                        q = Div(least, minus)
                        y = Add(x, q)
                        """);
        assertThatThrownBy(() -> require(hidden))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith(folder.resolve("foreign.onnx") + ": ONNX Runtime ends")
                .hasMessageContaining("SIGFPE");
        assertThat(kept).isEmpty();
    }

    @Test
    void alsoWhatPassesMadeOfOne() {
        assertThatThrownBy(() -> runs.require(GROUP_OF_NONE, ONE))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("SIGFPE");
    }

    @Test
    void remembersWhatWentWell() {
        require(IsolationTest.DIVISION);
        assertThat(kept).containsOnlyKeys("hash");
        // Known by its hash, it is not even opened.
        assertThatCode(() -> require(GROUP_OF_NONE)).doesNotThrowAnyException();
    }

    @Test
    void refusedInputsAreNoFaultOfTheModel() {
        Model picky =
                GraphText.parse(
                        """
                        graph (x: float[N]) -> (y)
                        w: float[3] = [1, 2, 3]
                        y = Mul(x, w)
                        """);
        runs.require(picky, InputShapes.ofBatch(2));
        require(picky);
        assertThat(kept).isNotEmpty();
    }

    @Test
    void whatHasNoSizesIsOpenedOnly() {
        Model open =
                GraphText.parse(
                        """
                        graph (x: float[N,M]) -> (y)
                        y = Relu(x)
                        """);
        require(open);
        assertThat(kept).isNotEmpty();
    }

    @Test
    void whatNobodyCouldLookAtIsNotComputed() {
        Model doubling =
                GraphText.parse(
                        """
                        graph (x: float[1,536870912]) -> (y)
                        y = Concat(x, x) {axis=0}
                        """);
        assertThatThrownBy(() -> require(doubling))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("foreign.onnx: an input of float[1,536870912] is over");
        Model large =
                GraphText.parse(
                        """
                        graph (x: float[1]) -> (y)
                        sizes: int64[1] = [600000000]
                        y = Expand(x, sizes)
                        """);
        assertThatThrownBy(() -> require(large))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageEndingWith(
                        "foreign.onnx: output 'y' would be float[600000000] of 2288 MiB; at most"
                                + " 2047 MiB can be looked at");
        assertThat(kept).isEmpty();
    }
}
