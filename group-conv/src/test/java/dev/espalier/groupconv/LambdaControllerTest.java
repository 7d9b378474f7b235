package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LambdaControllerTest {
    @Test
    void lambdaRisesWhereRemovalLagsAndFallsAtTheTarget() {
        LambdaController controller = new LambdaController(2e-6, 0.5, 10, 100);
        double[] removed = {0.05, 0.06, 0.062, 0.08, 0.51, 0.505};
        double[] expected = {2e-6, 2e-6, 4e-6, 4e-6, 2e-6, 0};
        double lambda = 2e-6;
        double before = 0;
        for (int i = 0; i < removed.length; i++) {
            lambda = controller.next(lambda, 10 + i, removed[i], before);
            assertThat(lambda).as("epoch " + (10 + i)).isCloseTo(expected[i], within(1e-15));
            before = removed[i];
        }
        assertThat(controller.next(0, 16, 0.6, 0.5)).isZero();
    }

    @Test
    void nothingActsAndNothingChangesDuringTheWarmUp() {
        LambdaController controller = new LambdaController(0.1, 0.5, 2, 4);
        assertThat(controller.next(0.1, 1, 0, 0)).isEqualTo(0.1);
        assertThat(controller.inEffect(0.1, 1)).isZero();
        assertThat(controller.inEffect(0.1, 2)).isEqualTo(0.1);
        assertThat(controller.next(0.1, 2, 0, 0)).isEqualTo(0.2);
    }
}
