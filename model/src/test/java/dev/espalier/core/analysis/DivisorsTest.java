package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DivisorsTest {
    @Test
    void whatComesToDivideIntegersIsFound() {
        Model model =
                GraphText.parse(
                        """
                        graph (a: int64[4], b: int64[4], f: float[4], g: float[4]) -> (y, z)
                        c = Abs(b)
                        d = Cast(f) {to=7}
                        e = Div(a, c)
                        y = Mod(e, d)
                        z = Div(g, g)
                        """);

        assertThat(Divisors.of(model)).containsExactlyInAnyOrder("b", "f");
    }

    @Test
    void sizesAndConstantsDependOnNoInput() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: int64[2,4], y: int64[4]) -> (z, w)
                        two: int64[1] = [2]
                        s = Shape(x)
                        z = Div(y, two)
                        w = Div(two, s)
                        """);

        assertThat(Divisors.of(model)).isEmpty();
    }

    @Test
    void integersThatASubGraphMayDivideByAreFound() {
        Model model =
                GraphText.parse(
                        """
                        graph (a: int64[4], f: float[4], c: bool[]) -> (y)
                        y = If(c) {then_branch=graph t () -> (p) {
                          p = Div(a, a)
                        }, else_branch=graph e () -> (q) {
                          q = Cast(f) {to=7}
                        }}
                        """);

        assertThat(Divisors.of(model)).contains("a").doesNotContain("f");
    }

    @Test
    void randomInputsDivideByOne() {
        Model model =
                GraphText.parse(
                        """
                        graph (a: int8[N,64], b: int8[N,64]) -> (y)
                        y = Div(a, b)
                        """);

        Map<String, Tensor> inputs = InputShapes.ofBatch(2).random(model, new SplittableRandom(1));

        assertThat(inputs.get("b").toLongs()).hasSize(128).containsOnly(1);
        assertThat(inputs.get("a").toLongs()).hasSize(128).contains(-3, 5);
    }
}
