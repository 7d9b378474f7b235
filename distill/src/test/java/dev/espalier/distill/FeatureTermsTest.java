package dev.espalier.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.loss.FreshWeights;
import dev.espalier.train.program.LossTerm;
import dev.espalier.train.program.Slot;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Hints} and {@link AttentionTransfer} on feature maps of 1x2 pixels. */
class FeatureTermsTest {
    private static final List<FeaturePair> PAIRS = List.of(new FeaturePair("h", "h"));

    /** A feature map h of so many channels, each a multiple of the one input channel. */
    private static Model network(String factors) {
        int channels = factors.split(",").length;
        return GraphText.parse(
                """
                graph (x: float[N,1,1,2]) -> (y: float[N,%1$d])
                w: float[%1$d,1,1,1] = [%2$s]
                h = Conv(x, w)
                p = GlobalAveragePool(h)
                y = Flatten(p)
                """
                        .formatted(channels, factors));
    }

    private static LossProbe probe(LossTerm term, String student, String teacher, float... x) {
        int batch = x.length / 2;
        return LossProbe.of(
                network(student),
                term,
                List.of(network(teacher)),
                Tensor.ofFloats(Shape.of(batch, 1, 1, 2), x),
                new long[batch]);
    }

    @Test
    void hintsOfOneWidthNeedNoRegressor() {
        LossProbe found = probe(new Hints(PAIRS, 1), "1, 2", "3, 2", 1, 3);
        // Only the first channel differs: ((1 - 3)^2 + (3 - 9)^2) / 4
        assertThat(found.loss()).isCloseTo(10, within(1e-6));
        assertThat(found.gradient("w").toFloats()).containsExactly(-10, 0);
        assertThat(found.gradients()).hasSize(1);
    }

    @Test
    void hintsOfTwoWidthsTrainARegressor() {
        LossProbe found = probe(new Hints(PAIRS, 1), "1", "3, 2", 1, 3);
        float[] r = FreshWeights.uniform(Shape.of(2, 1, 1, 1), 1, 1).toFloats();
        double a = r[0] - 3;
        double b = r[1] - 2;
        // x^2 is 1 and 9, over 4 elements
        assertThat(found.loss()).isCloseTo(2.5 * (a * a + b * b), within(1e-5));
        float[] slope =
                found.gradients().get(new Slot(Slot.Kind.COMPANION, "regressor at h")).toFloats();
        assertThat((double) slope[0]).isCloseTo(5 * a, within(1e-4));
        assertThat((double) slope[1]).isCloseTo(5 * b, within(1e-4));
        assertThat((double) found.gradient("w").toFloats()[0])
                .isCloseTo(5 * (a * r[0] + b * r[1]), within(1e-4));
    }

    @Test
    void attentionIsTheSameWhateverTheScaleAndTheChannels() {
        LossProbe found = probe(new AttentionTransfer(PAIRS), "5", "3, 2", 1, 3, -2, 0.5f);
        assertThat(found.loss()).isCloseTo(0, within(1e-6));
    }

    @Test
    void attentionComparesWhereNetworksLook() {
        Model student =
                GraphText.parse(
                        """
                        graph (x: float[N,2,1,2]) -> (y: float[N,1])
                        w: float[1,2,1,1] = [1, 0]
                        h = Conv(x, w)
                        p = GlobalAveragePool(h)
                        y = Flatten(p)
                        """);
        Model teacher =
                GraphText.parse(
                        """
                        graph (x: float[N,2,1,2]) -> (y: float[N,1])
                        w: float[1,2,1,1] = [0, 1]
                        h = Conv(x, w)
                        p = GlobalAveragePool(h)
                        y = Flatten(p)
                        """);
        Tensor x = Tensor.ofFloats(Shape.of(1, 2, 1, 2), 1, 2, 2, 1);
        LossProbe found =
                LossProbe.of(student, new AttentionTransfer(PAIRS), List.of(teacher), x, 0);
        // Attention (1, 4) against (4, 1), each over sqrt(17): 2 * 9 / 17
        assertThat(found.loss()).isCloseTo(18.0 / 17, within(1e-6));
        assertThat((double) found.gradient("w").toFloats()[0]).isCloseTo(0, within(1e-5));
        assertThat((double) found.gradient("w").toFloats()[1]).isCloseTo(slope(), within(1e-4));
    }

    /** Of the loss along the weight of the second channel, by central differences. */
    private static double slope() {
        double step = 1e-6;
        return (attention(step) - attention(-step)) / (2 * step);
    }

    private static double attention(double second) {
        double a = Math.pow(1 + 2 * second, 2);
        double b = Math.pow(2 + second, 2);
        double norm = Math.sqrt(a * a + b * b);
        double root = Math.sqrt(17);
        return Math.pow(a / norm - 4 / root, 2) + Math.pow(b / norm - 1 / root, 2);
    }

    @Test
    void mapsOfZerosGiveNumbers() {
        LossProbe found = probe(new AttentionTransfer(PAIRS), "0", "3, 2", 1, 3);
        assertThat(found.loss()).isCloseTo(1, within(1e-6));
        assertThat(found.gradient("w").toFloats()[0]).isFinite();
        LossProbe constant = probe(new AttentionTransfer(PAIRS), "1", "3, 2", 0, 0);
        assertThat(constant.loss()).isZero();
        assertThat(constant.gradient("w").toFloats()[0]).isFinite();
    }
}
