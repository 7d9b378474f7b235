package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AssumedSizesTest {
    private static AssumedSizes of(String inputs, InputShapes shapes) {
        return AssumedSizes.of(
                GraphText.parse("graph (" + inputs + ") -> (y)\ny = Identity(a)"), shapes);
    }

    private static String bound(AssumedSizes sizes, String input) {
        return sizes.bound().get(input).toString();
    }

    @Test
    void equalSymbolsGetEqualSizes() {
        AssumedSizes sizes =
                of(
                        "a: int64[batch,sequence], b: int64[batch,sequence], c: float[2,batch,8]",
                        InputShapes.ofBatch(3));

        assertThat(bound(sizes, "a")).isEqualTo("int64[3,128]");
        assertThat(bound(sizes, "b")).isEqualTo("int64[3,128]");
        assertThat(bound(sizes, "c")).isEqualTo("float[2,3,8]");
        assertThat(sizes.text()).isEqualTo("sequence = 128");
        assertThat(sizes.stated().get("a").toString()).isEqualTo("int64[3,sequence]");
    }

    @Test
    void picturesHaveThreeColoursAnd224Pixels() {
        AssumedSizes sizes = of("a: float[N,?,?,?]", InputShapes.ofBatch(1));

        assertThat(bound(sizes, "a")).isEqualTo("float[1,3,224,224]");
        assertThat(sizes.assumed())
                .containsExactly(
                        Map.entry("a#1", 3L), Map.entry("a#2", 224L), Map.entry("a#3", 224L));
    }

    @Test
    void whatIsStatedIsNotAssumed() {
        AssumedSizes sizes =
                of(
                        "a: float[N,3,h,w], b: float[N,h]",
                        new InputShapes(1, Map.of("a", Shape.of(1, 3, 32, 48))));

        assertThat(bound(sizes, "a")).isEqualTo("float[1,3,32,48]");
        assertThat(bound(sizes, "b")).isEqualTo("float[1,32]");
        assertThat(sizes.assumed()).isEmpty();
        assertThat(sizes.text()).isEmpty();
    }

    @Test
    void anInputOfUnknownRankStaysOpen() {
        AssumedSizes sizes = of("a: float[*]", InputShapes.ofBatch(1));

        assertThat(sizes.bound()).isEmpty();
        assertThat(sizes.stated()).containsOnlyKeys("a");
    }

    @Test
    void withoutAssumptionsNothingIsBoundBeyondWhatIsStated() {
        AssumedSizes sizes =
                of("a: int64[batch,sequence]", InputShapes.ofBatch(2)).withoutAssumptions();

        assertThat(bound(sizes, "a")).isEqualTo("int64[2,sequence]");
        assertThat(sizes.assumed()).isEmpty();
    }
}
