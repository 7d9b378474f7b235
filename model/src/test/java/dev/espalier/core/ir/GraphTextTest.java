package dev.espalier.core.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ModelFormatException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphTextTest {
    private static final String EVERYTHING =
            """
            opset 13
            opset com.microsoft 1
            function my::f {k, "odd name", by=[1,2], t="x"} (a, b) -> (c, a) {
              opset 12
              opset my 3
              opset = Neg(b)
              c = my::g:other(a, opset) {p=@k:tensor, q=@"odd name":ints}
            }
            function my::g:other () -> () {
              opset 12
            }
            graph main (x: float[N,3,?,8], "odd name": int64[*], c: bool[]) -> (y: float[1], z)
            i: int64[2] = [1, -2]
            h: float16[2] = [0.5, -inf]
            b: bfloat16[1] = [1.0]
            d: double[1] = [0.1]
            u: uint4[3] = [1, 15, 7]
            n: int2[5] = [-2, -1, 0, 1, 1]
            s: string[2] = ["a\\"b", "c\\n"]
            "onnx::Conv_7": float[100]
            p, q = Split("odd name") {axis=1} as /split/Split
            o, g = my::f:"over load"(x, x)
            k = com.microsoft::Gelu(x, "", s) {f=1.0, e=1.0E-20, t="text", fs=[1.0, nan], ss=["a"]}
            m = Constant() {value=tensor(int64[2], [1, 2]), no=floats[], none=strings[]}
            y = If(c) {then_branch=graph inner () -> (a: float[1]) {
              a = Neg(k)
            }}
            z = Concat(p, q, m, i, h, b, d, u, n, "onnx::Conv_7") {axis=0, pads=[0,1]}
            """;

    @Test
    void printsWhatItParsed() {
        assertThat(GraphText.print(GraphText.parse(EVERYTHING))).isEqualTo(EVERYTHING);
    }

    @Test
    void parsesWhatItPrinted() {
        Model model = GraphText.parse(EVERYTHING);
        assertThat(GraphText.parse(GraphText.print(model))).isEqualTo(model);
    }

    @Test
    void namesEveryPart() {
        Model model = GraphText.parse(EVERYTHING);
        assertThat(model.opsets()).isEqualTo(Map.of("", 13L, "com.microsoft", 1L));
        Graph graph = model.graph();
        assertThat(graph.inputs().get(0).type().orElseThrow())
                .isEqualTo(
                        new TensorType(
                                DataType.FLOAT,
                                Shape.of(
                                        List.of(
                                                new Dim.Symbolic("N"),
                                                Dim.of(3),
                                                Dim.UNKNOWN,
                                                Dim.of(8)))));
        assertThat(graph.inputs().get(1).type().orElseThrow().shape()).isEqualTo(Shape.UNRANKED);
        assertThat(graph.initializers().get("u").tensor().toLongs()).containsExactly(1, 15, 7);
        assertThat(graph.initializers().get("n").tensor().toLongs())
                .containsExactly(-2, -1, 0, 1, 1);
        assertThat(graph.initializers().get("s").tensor().strings()).containsExactly("a\"b", "c\n");
        Node gelu = graph.nodes().get(2);
        assertThat(gelu.domain()).isEqualTo("com.microsoft");
        assertThat(gelu.hasInput(1)).isFalse();
        assertThat(graph.isCaptured("k")).isTrue();
    }

    @Test
    void functionsTakeTheOperatorSetsOfTheModelWhereTheyNameNone() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        opset my 2
                        function my::f (a) -> (b) {
                          b = Neg(a)
                        }
                        graph (x) -> (y)
                        y = my::f(x)
                        """);
        assertThat(model.functions().values())
                .extracting(Function::opsets)
                .containsExactly(Map.of("", 13L, "my", 2L));
    }

    @Test
    void seedsGiveEqualDataForEqualSeedsOnly() {
        Model model =
                GraphText.parse(
                        """
                        graph () -> (a, b, c, v)
                        a: float[16,8,3,3] = seed(1)
                        b: float[16,8,3,3] = seed(1)
                        c: float[16,8,3,3] = seed(2)
                        v: float[64] = seed(3)
                        """);
        Map<String, Initializer> constants = model.graph().initializers();
        float[] a = constants.get("a").tensor().toFloats();
        assertThat(a).isEqualTo(constants.get("b").tensor().toFloats());
        assertThat(a).isNotEqualTo(constants.get("c").tensor().toFloats());
        double squares = 0;
        for (float value : a) {
            squares += value * value;
        }
        assertThat(squares / a.length).isBetween(0.8 * 2 / 72, 1.2 * 2 / 72);
        for (float value : constants.get("v").tensor().toFloats()) {
            assertThat(value).isBetween(0.5f, 1.5f);
        }
    }

    @Test
    void fillsAndZeros() {
        Graph graph =
                GraphText.parse(
                                """
                                graph () -> (a, b, c)
                                a: float[2] = fill(0.25)
                                b: int8[2]
                                c: float = 3
                                """)
                        .graph();
        assertThat(graph.initializers().get("a").tensor().toFloats()).containsExactly(.25f, .25f);
        assertThat(graph.initializers().get("b").tensor().toLongs()).containsExactly(0, 0);
        assertThat(graph.initializers().get("c").tensor().shape()).isEqualTo(Shape.SCALAR);
    }

    @Test
    void neverPrintsBigConstants() {
        String text =
                GraphText.print(GraphText.parse("graph () -> (a)\na: float[100,100] = seed(1)\n"));
        assertThat(text).isEqualTo("opset 17\ngraph () -> (a)\na: float[100,100]\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "grph () -> () | line 1: expected 'graph', found 'grph'",
                "graph (x) (y) | line 1: expected '->', found '('",
                "graph (x) -> (y) ; y = Relu(z) | reads 'z', which nothing makes",
                "graph (x) -> (y) ; y = Relu(x | line 2: expected ',', found the end",
                "graph (x) -> (y) ; w: floaty[2] ; y = Relu(x) | line 2: 'floaty' is no element type",
                "graph (x) -> (y) ; w: float[2] = [1] ; | line 2: float[2] has 2 elements, found 1",
                "graph (x) -> (y) ; w: float[-2] ; | line 2: a dimension cannot be -2",
                "graph (x) -> (y) ; w: float[N] ; | line 2: a constant needs fixed sizes",
                "graph (x) -> (y) ; w: float[9999999999,9999999999] ; | line 2: long overflow",
                "graph (x) -> (y) ; y = Relu(x) {a=b} | line 2: expected a number, found 'b'",
                "graph (x) -> (y) ; y = Relu(x) {a=\"b} | line 2: a string is not closed",
                "graph (x) -> (y) ; y = Relu(x) ; y = Relu(x) | value 'y' is made twice",
                "graph (x) -> (y) ; w: int8[1] ; w: int8[1] | line 3: constant 'w' is given twice",
                "graph (x) -> (y) ; y = Relu(x) $ | line 2: unexpected character '$'",
                "graph (x) -> (y) ; y = If(x) {b=<graph>} | line 2: unexpected character '<'",
                "function f (a) -> (b) { b = Neg(a) } | line 1: expected '::', found '('",
                "function my::f (a) -> (b) { b = Neg(c) } graph () -> () | function at line 1: Neg 'b' reads 'c'",
                "function my::f (a) -> (b) { b = Neg(a) | line 1: expected a name, found the end",
                "function my::f () -> (b) ; { b: float[1] } | line 2: function 'my::f' has a constant",
                "function my::f () -> () {} ; function my::f () -> () {} | line 2: function 'my::f' is given twice",
                "graph (x) -> (y) ; y = Relu(x) {a=@b:real} | line 2: 'real' is no type of attributes",
                "graph (x) -> (y) ; w: complex64[1] = [1] | line 2: elements of COMPLEX64",
            })
    void errorsNameTheLine(String text, String message) {
        assertThatThrownBy(() -> GraphText.parse(text.replace(" ; ", "\n").replace(" ;", "\n")))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(message);
    }
}
