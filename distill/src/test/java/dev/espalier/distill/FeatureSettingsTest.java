package dev.espalier.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.train.loss.FeatureMaps;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureSettingsTest {
    private static final String STUDENT =
            """
            graph (x: float[N,3,8,8]) -> (y: float[N,2])
            w1: float[4,3,3,3] = seed(1)
            w2: float[6,4,3,3] = seed(2)
            w3: float[6,2] = seed(3)
            first = Conv(x, w1) {pads=[1,1,1,1]}
            second = Conv(first, w2) {pads=[1,1,1,1], strides=[2,2]}
            pooled = GlobalAveragePool(second)
            flat = Flatten(pooled)
            y = Gemm(flat, w3)
            """;

    private static FeatureMaps maps(String text) {
        Model model = GraphText.parse(text);
        return new FeatureMaps(model, ShapeInference.of(model, InputShapes.ofBatch(1)));
    }

    private static List<FeaturePair> pairs(
            List<String> values, List<String> taught, String teacher) {
        return new FeatureSettings(1, values, taught).pairs(maps(STUDENT), maps(teacher));
    }

    @Test
    void pairsTheEndsOfStagesByTheirNames() {
        String wide = STUDENT.replace("float[4", "float[16").replace("[6,4", "[6,16");
        assertThat(pairs(List.of(), List.of(), wide))
                .containsExactly(
                        new FeaturePair("first", "first"), new FeaturePair("second", "second"));
    }

    @Test
    void pairsStagesOfAForeignTeacherByResolution() {
        String foreign = STUDENT.replace("first", "/stem/Conv").replace("second", "/body/Conv");
        assertThat(pairs(List.of(), List.of(), foreign))
                .containsExactly(
                        new FeaturePair("first", "/stem/Conv"),
                        new FeaturePair("second", "/body/Conv"));
    }

    @Test
    void leavesOutStagesThatTheTeacherLacks() {
        String early =
                STUDENT.replace(
                                "first = Conv(x, w1) {pads=[1,1,1,1]}",
                                "first = Conv(x, w1) {pads=[1,1,1,1], strides=[2,2]}")
                        .replace("strides=[2,2]}\npooled", "strides=[1,1]}\npooled");
        assertThat(pairs(List.of(), List.of(), early))
                .containsExactly(new FeaturePair("second", "second"));
    }

    @Test
    void takesNamedValues() {
        assertThat(pairs(List.of("first"), List.of(), STUDENT))
                .containsExactly(new FeaturePair("first", "first"));
        String foreign = STUDENT.replace("first", "stem");
        assertThat(pairs(List.of("first"), List.of("stem"), foreign))
                .containsExactly(new FeaturePair("first", "stem"));
    }

    @Test
    void namesTheNearestValueForOneThatIsMissing() {
        assertThatThrownBy(() -> pairs(List.of("frist"), List.of(), STUDENT))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("the network has no inner value 'frist'")
                .hasMessageContaining("did you mean 'first'?");
        String foreign = STUDENT.replace("first", "stem");
        assertThatThrownBy(() -> pairs(List.of("first"), List.of(), foreign))
                .hasMessageContaining("the teacher has no inner value 'first'")
                .hasMessageContaining("its stages end in stem, second");
    }

    @Test
    void refusesWhatIsNoFeatureMapOrOfAnotherResolution() {
        assertThatThrownBy(() -> pairs(List.of("flat"), List.of(), STUDENT))
                .hasMessageContaining("'flat' of the network is [1,6]");
        assertThatThrownBy(() -> pairs(List.of("w1"), List.of(), STUDENT))
                .hasMessageContaining("no inner value 'w1'");
        assertThatThrownBy(() -> pairs(List.of("first"), List.of("second"), STUDENT))
                .hasMessageContaining("one resolution");
    }

    @Test
    void refusesNetworksWithoutACommonStage() {
        String small = STUDENT.replace("x: float[N,3,8,8]", "x: float[N,3,20,20]");
        assertThatThrownBy(() -> pairs(List.of(), List.of(), small))
                .isInstanceOf(UnsupportedModelException.class);
    }

    @Test
    void pairsNeedOneNameEach() {
        assertThatThrownBy(() -> new FeatureSettings(1, List.of("a", "b"), List.of("c")))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("found 2 and 1");
    }
}
