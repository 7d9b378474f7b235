package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExpansionTest {
    private static final String CALL_F = "graph (x: float[1]) -> (y)\ny = my::f(x)\n";

    private static void check(String text) {
        check(GraphText.parse(text));
    }

    private static void check(Model model) {
        new Expansion(model.functions(), new Source("m.onnx", ExternalData.NONE))
                .check(model.graph());
    }

    private static void accepted(String text) {
        assertThatCode(() -> check(text)).doesNotThrowAnyException();
    }

    /** What the messages about large calls end with. */
    private static final String ADVICE = ". Export it without functions if that many are meant";

    private static void unsupported(String text, String message) {
        assertThatThrownBy(() -> check(text))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage("m.onnx: " + message);
    }

    /** {@code my::NAME} of this many nodes in a row. */
    private static String row(String name, int count, String operator) {
        return IntStream.range(0, count)
                .mapToObj(
                        i ->
                                "%s = %s(%s)\n"
                                        .formatted(
                                                i == count - 1 ? "b" : "h" + i,
                                                operator,
                                                i == 0 ? "a" : "h" + (i - 1)))
                .collect(Collectors.joining("", "function my::" + name + " (a) -> (b) {\n", "}\n"));
    }

    /** {@code my::f0} to {@code my::fN}, each of which calls the one before twice. */
    private static String doublings(int count) {
        return row("f0", 1, "Neg")
                + IntStream.rangeClosed(1, count)
                        .mapToObj(i -> row("f" + i, 2, "my::f" + (i - 1)))
                        .collect(Collectors.joining());
    }

    private static String call(String function) {
        return "graph (x: float[1]) -> (y)\ny = " + function + "\n";
    }

    @Test
    void doublingFunctionsAreRefusedAtOnce() {
        // f of n levels has 3 * 2^n - 2 nodes, its calls included.
        accepted(doublings(15) + call("my::f15(x)"));
        unsupported(
                doublings(16) + call("my::f16(x)"),
                "inlined, the calls of its functions become 196606 nodes, a call of 'my::f16' alone"
                        + " 196606; at most 100000 are accepted"
                        + ADVICE);
        unsupported(
                doublings(25) + call("my::f25(x)"),
                "inlined, the calls of its functions become 100663294 nodes, a call of 'my::f25'"
                        + " alone 100663294; at most 100000 are accepted"
                        + ADVICE);
        unsupported(
                doublings(90) + call("my::f90(x)"),
                "inlined, the calls of its functions become more than 10^18 nodes, a call of"
                        + " 'my::f90' alone more than 10^18; at most 100000 are accepted"
                        + ADVICE);
    }

    @Test
    void theReaderRefusesThem() {
        byte[] file = OnnxWriter.toBytes(GraphText.parse(doublings(25) + call("my::f25(x)")));
        assertThatThrownBy(() -> OnnxReader.read(file))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("model in memory: inlined, the calls");
    }

    @Test
    void theBoundIsExact() {
        String body = row("k", 1000, "Neg");
        accepted(
                body
                        + row("f", 99, "my::k")
                        + row("g", 1, "Neg")
                        + row("h", 900, "my::g")
                        + "graph (x: float[1]) -> (y, z)\ny = my::f(x)\nz = my::g(x)\n");
        // 99 * 1001 = 99 099, and 901 more make 100 000.
        accepted(
                body
                        + row("f", 99, "my::k")
                        + row("g", 901, "Neg")
                        + "graph (x: float[1]) -> (y, z)\ny = my::f(x)\nz = my::g(x)\n");
        unsupported(
                body
                        + row("f", 99, "my::k")
                        + row("g", 902, "Neg")
                        + "graph (x: float[1]) -> (y, z)\ny = my::f(x)\nz = my::g(x)\n",
                "inlined, the calls of its functions become 100001 nodes, a call of 'my::f' alone"
                        + " 99099; at most 100000 are accepted"
                        + ADVICE);
    }

    @Test
    void nodesThatNoCallStandsForDoNotCount() {
        String many = row("unused", 100_001, "Neg");
        accepted(many + call("Neg(x)"));
        String main =
                IntStream.range(0, 100_001)
                        .mapToObj(i -> "h%d = Neg(x)\n".formatted(i))
                        .collect(Collectors.joining());
        accepted(row("f", 1, "Neg") + CALL_F + main);
    }

    @Test
    void callsInSubGraphsCount() {
        String inside =
                """
                y = If(x) {then_branch=graph () -> (t) {
                  t = my::f15(x)
                }, else_branch=graph () -> (e) {
                  e = %s(x)
                }}
                """;
        accepted(doublings(15) + "graph (x) -> (y)\n" + inside.formatted("Neg"));
        unsupported(
                doublings(15) + "graph (x) -> (y)\n" + inside.formatted("my::f13"),
                "inlined, the calls of its functions become 122876 nodes, a call of 'my::f15' alone"
                        + " 98302; at most 100000 are accepted"
                        + ADVICE);
        unsupported(
                doublings(15)
                        + "function my::f (x) -> (y) {\n"
                        + inside.formatted("my::f13")
                        + "}\n"
                        + CALL_F,
                "inlined, the calls of its functions become 122879 nodes, a call of 'my::f' alone"
                        + " 122879; at most 100000 are accepted"
                        + ADVICE);
    }

    /**
     * A graph of 1000 nodes as the attribute of a function whose body takes it {@code uses} times.
     */
    private static String graphGiven(int uses, boolean byDefault) {
        String graph =
                IntStream.range(0, 1000)
                        .mapToObj(i -> "n%d = Neg(x)\n".formatted(i))
                        .collect(Collectors.joining("", "graph () -> (n0) {\n", "}"));
        String body =
                IntStream.range(0, uses)
                        .mapToObj(i -> "b%d = Run(a) {body=@g:graph}\n".formatted(i))
                        .collect(Collectors.joining());
        return "function my::run {%s} (a) -> (b0) {\n%s}\n"
                        .formatted(byDefault ? "g=" + graph : "g", body)
                + "function my::f {g} (a) -> (b) {\nb = my::run(a) {%s}\n}\n"
                        .formatted(byDefault ? "" : "g=@g:graph")
                + call("my::f(x) {%s}".formatted(byDefault ? "" : "g=" + graph));
    }

    @Test
    void graphsThatCallsGiveCountAsOftenAsTheyAreReferredTo() {
        // 1 call and, for each use, 1001 nodes; the graph given was there before.
        accepted(graphGiven(99, false));
        unsupported(
                graphGiven(101, false),
                "inlined, the calls of its functions become 100102 nodes, a call of 'my::f' alone"
                        + " 102; at most 100000 are accepted"
                        + ADVICE);
        accepted(graphGiven(99, true));
        unsupported(
                graphGiven(100, true),
                "inlined, the calls of its functions become 100101 nodes, a call of 'my::f' alone"
                        + " 100101; at most 100000 are accepted"
                        + ADVICE);
    }

    /** Claims its size only. */
    private record Claimed(long size) implements Tensor.Storage {
        @Override
        public ByteBuffer bytes() {
            throw new IllegalStateException("nothing is loaded to count it");
        }

        @Override
        public void writeTo(WritableByteChannel channel) {
            throw new IllegalStateException("nothing is written to count it");
        }
    }

    /** {@code uses} references to a default of 16 MiB. */
    private static Model large(int uses) {
        long size = 16L << 20;
        Tensor tensor = Tensor.deferred(DataType.INT8, Shape.of(size), new Claimed(size));
        Model model =
                GraphText.parse(
                        IntStream.range(0, uses)
                                .mapToObj(i -> "b%d = Constant() {value=@t:tensor}\n".formatted(i))
                                .collect(
                                        Collectors.joining(
                                                "",
                                                "function my::f {t=0} (a) -> (b0) {\n",
                                                "}\n" + CALL_F)));
        var function = model.functions().values().iterator().next();
        var changed =
                new dev.espalier.core.ir.Function(
                        function.id(),
                        function.attributes(),
                        function.defaults()
                                .with("t", new dev.espalier.core.ir.Attribute.TensorValue(tensor)),
                        function.opsets(),
                        function.body(),
                        function.extras());
        return model.withFunctions(java.util.Map.of(changed.id(), changed));
    }

    @Test
    void largeDefaultsCountAsOftenAsTheyAreReferredTo() {
        assertThatCode(() -> check(large(64))).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(large(65)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        "m.onnx: inlined, the calls of its functions become 1090519040 bytes of"
                                + " attributes, a call of 'my::f' alone 1090519040; at most"
                                + " 1073741824 are accepted"
                                + ADVICE);
    }

    private static void damaged(String text, String message) {
        assertThatThrownBy(() -> check(text))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("m.onnx: " + message);
    }

    @Test
    void functionsDoNotCallThemselves() {
        damaged(row("f", 1, "my::f") + CALL_F, "function 'my::f' calls itself");
        // Also where nobody calls them.
        damaged(row("f", 2, "my::f") + call("Neg(x)"), "function 'my::f' calls itself");
        damaged(
                row("f", 1, "my::g") + row("g", 1, "my::h") + row("h", 1, "my::g") + CALL_F,
                "functions call each other in a circle: 'my::g' calls 'my::h', which calls 'my::g'"
                        + " again");
        damaged(
                """
                function my::f (a) -> (b) {
                  b = If(a) {then_branch=graph () -> (t) {
                    t = my::f(a)
                  }}
                }
                """
                        + CALL_F,
                "function 'my::f' calls itself");
        accepted("function my::f:o (a) -> (b) {\nb = my::f(a)\n}\n" + row("f", 1, "Neg") + CALL_F);
    }

    @Test
    void longCirclesAreNotSpeltOut() {
        damaged(
                IntStream.range(0, 50)
                                .mapToObj(i -> row("f" + i, 1, "my::f" + (i + 1) % 50))
                                .collect(Collectors.joining())
                        + call("my::f0(x)"),
                "functions call each other in a circle: 'my::f0' calls 'my::f1' calls 'my::f2' calls"
                        + " 'my::f3' calls 'my::f4', and so on through 45 others, the last of which"
                        + " calls 'my::f0' again");
    }

    private static String chain(int count, boolean lastFirst) {
        return IntStream.range(0, count)
                .map(i -> lastFirst ? count - 1 - i : i)
                .mapToObj(i -> row("f" + i, 1, i == 0 ? "Neg" : "my::f" + (i - 1)))
                .collect(Collectors.joining());
    }

    @Test
    void callsAreNotNestedDeeperThanStacksBear() {
        accepted(chain(100, false) + call("my::f99(x)"));
        accepted(chain(100, true) + call("my::f99(x)"));
        String message = "calls and sub-graphs in function '%s' are nested deeper than 100 levels";
        unsupported(chain(101, false) + call("my::f100(x)"), message.formatted("my::f100"));
        unsupported(chain(20_000, false) + call("Neg(x)"), message.formatted("my::f101"));
        unsupported(chain(20_000, true) + call("Neg(x)"), message.formatted("my::f19899"));
    }

    @Test
    void subGraphsCountAsLevels() {
        String inside =
                """
                function my::f (a) -> (b) {
                  b = If(a) {then_branch=graph () -> (t) {
                    t = my::f%d(a)
                  }}
                }
                """;
        accepted(chain(98, false) + inside.formatted(97) + CALL_F);
        unsupported(
                chain(99, false) + inside.formatted(98) + CALL_F,
                "calls and sub-graphs in function 'my::f' are nested deeper than 100 levels");
    }
}
