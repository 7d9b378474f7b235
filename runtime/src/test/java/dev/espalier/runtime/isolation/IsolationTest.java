package dev.espalier.runtime.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.runtime.SessionSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IsolationTest {
    /** 64-bit integers divided by what is fed, which the processor answers with a signal. */
    static final Model DIVISION =
            GraphText.parse(
                    """
                    graph (x: int64[2], y: int64[2]) -> (quotient)
                    quotient = Div(x, y)
                    """);

    private static final Map<String, Tensor> HARMLESS =
            Map.of("x", Tensor.ofLongs(Shape.of(2), 6, 7), "y", Tensor.ofLongs(Shape.of(2), 2, -1));
    private static final Map<String, Tensor> DEADLY =
            Map.of(
                    "x",
                    Tensor.ofLongs(Shape.of(2), 6, Long.MIN_VALUE),
                    "y",
                    Tensor.ofLongs(Shape.of(2), 2, -1));

    private static final List<String> QUOTIENT = List.of("quotient");

    private final Isolation isolation = new Isolation(Limits.ofThisMachine());

    @AfterEach
    void end() {
        isolation.close();
    }

    private Isolation.Attempt open(Model model, String... values) {
        return isolation.open(model, List.of(values), SessionSettings.DEFAULT);
    }

    @Test
    void runsWhatIsHarmless() {
        try (Isolation.Attempt attempt = open(DIVISION, "quotient")) {
            attempt.run(HARMLESS);
            attempt.run(HARMLESS);
            assertThat(attempt.isOver()).isFalse();
        }
    }

    @Test
    void saysWhatSignalEndedTheProcessAndHasAnotherForTheNext() {
        Isolation.Attempt attempt = open(DIVISION, "quotient");
        assertThatThrownBy(() -> attempt.run(DEADLY))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        "ONNX Runtime ends the process that is to run the model, with SIGFPE"
                                + " (an integer division that has no result)");
        assertThat(attempt.isOver()).isTrue();
        attempt.close();
        try (Isolation.Attempt next = open(DIVISION, "quotient")) {
            next.run(HARMLESS);
        }
    }

    @Test
    void nothingIsTriedAgainInAProcessThatIsOver() {
        Isolation.Attempt first = open(DIVISION, "quotient");
        Isolation.Attempt beside = open(DIVISION, "quotient");
        assertThatThrownBy(() -> first.run(DEADLY)).isInstanceOf(UnsupportedModelException.class);
        assertThat(beside.isOver()).isTrue();
        assertThatThrownBy(() -> beside.run(HARMLESS))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("ends the process that is to run the model");
    }

    @Test
    void refusesInTheRuntimesWords() {
        Model unknown =
                GraphText.parse(
                        """
                        graph (x: float[2]) -> (y)
                        y = Nonsense(x)
                        """);
        assertThatThrownBy(() -> open(unknown, "y"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("ONNX Runtime cannot load the model")
                .hasMessageContaining("Nonsense");
        try (Isolation.Attempt attempt = open(DIVISION, "quotient")) {
            attempt.run(HARMLESS);
        }
    }

    @Test
    void endsWhatTakesTooLong() {
        Model product =
                GraphText.parse(
                        """
                        graph (sizes: int64[2]) -> (sum)
                        one: float[1, 1] = [1]
                        ones = Expand(one, sizes)
                        product = MatMul(ones, ones)
                        sum = ReduceSum(product)
                        """);
        Limits brief = new Limits(Duration.ofSeconds(4), Limits.ofThisMachine().memoryBytes());
        try (Isolation impatient = new Isolation(brief)) {
            Isolation.Attempt attempt =
                    impatient.open(product, List.of("sum"), SessionSettings.DEFAULT);
            attempt.run(Map.of("sizes", Tensor.ofLongs(Shape.of(2), 2, 2)));
            Map<String, Tensor> large =
                    Map.of("sizes", Tensor.ofLongs(Shape.of(2), 20_000, 20_000));
            assertThatThrownBy(() -> attempt.run(large))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessage("ONNX Runtime does not run the model within 4 seconds");
            assertThat(attempt.isOver()).isTrue();
        }
    }

    @Test
    void endsWhatTakesTooMuchMemory() {
        Model large =
                GraphText.parse(
                        """
                        graph (sizes: int64[1]) -> (sum)
                        one: float[1] = [1]
                        ones = Expand(one, sizes)
                        sum = ReduceSum(ones)
                        """);
        Limits narrow = new Limits(Duration.ofMinutes(1), 1L << 30);
        try (Isolation poor = new Isolation(narrow)) {
            Isolation.Attempt attempt = poor.open(large, List.of("sum"), SessionSettings.DEFAULT);
            attempt.run(Map.of("sizes", Tensor.ofLongs(Shape.of(1), 1000)));
            assertThatThrownBy(
                            () ->
                                    attempt.run(
                                            Map.of(
                                                    "sizes",
                                                    Tensor.ofLongs(Shape.of(1), 1_500_000_000L))))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessage("ONNX Runtime needs more than 1024 MiB of memory to run the model");
        }
    }

    @Test
    void aRunnerTriesTheFirstRunOnly() {
        IsolatedRunner runner = new IsolatedRunner(isolation, SessionSettings.DEFAULT);
        try (IsolatedRunner.Session session = runner.open(DIVISION, QUOTIENT)) {
            assertThat(session.run(HARMLESS).get("quotient").toLongs()).containsExactly(3, -7);
            assertThat(session.run(HARMLESS).get("quotient").toLongs()).containsExactly(3, -7);
        }
        try (IsolatedRunner.Session session = runner.open(DIVISION, QUOTIENT)) {
            assertThatThrownBy(() -> session.run(DEADLY))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("SIGFPE");
            // Neither here nor there is it tried again.
            assertThatThrownBy(() -> session.run(DEADLY))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("ends the process");
        }
    }

    @Test
    void aRunnerLeavesMistakesOfItsCallerToTheRuntimeHere() {
        IsolatedRunner runner = new IsolatedRunner(isolation, SessionSettings.DEFAULT);
        assertThatThrownBy(() -> runner.open(DIVISION, List.of("nowhere")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere");
        try (IsolatedRunner.Session session = runner.open(DIVISION, QUOTIENT)) {
            assertThatThrownBy(() -> session.run(Map.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void textAndNumbersArriveAsTheyAre() {
        Model copies =
                GraphText.parse(
                        """
                        graph (words: string[2], halves: float16[3], number: float[]) -> (a, b, c)
                        a = Identity(words)
                        b = Identity(halves)
                        c = Identity(number)
                        """);
        try (Isolation.Attempt attempt = open(copies, "a", "b", "c")) {
            attempt.run(
                    Map.of(
                            "words",
                            Tensor.ofStrings(Shape.of(2), List.of("", "snow ☃")),
                            "halves",
                            Tensor.ofReals(DataType.FLOAT16, Shape.of(3), 1, 2, 3),
                            "number",
                            Tensor.scalar(1)));
        }
    }
}
