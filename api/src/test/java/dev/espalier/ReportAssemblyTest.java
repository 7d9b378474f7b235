package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.recipe.Goal;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.report.GoalResult;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.ModelFacts;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportAssemblyTest {
    private static final ModelFacts BEFORE = facts(200);
    private static final ModelFacts AFTER = facts(100);

    private static ModelFacts facts(double micros) {
        LatencyResult latency =
                new LatencyResult(1, 1, micros, micros, 0, micros, micros, 1, List.of());
        return ModelFacts.of(1, 1, 1).withLatency(List.of(latency));
    }

    private static GoalResult.Check check(Goal goal, boolean hasDotProduct) {
        return ReportAssembly.goal(goal, BEFORE, AFTER, List.of(), hasDotProduct).checks().get(0);
    }

    @Test
    void aSmallerSpeedUpIsAskedOfACpuWithoutDotProductsAndThatIsSaid() {
        Goal goal =
                Options.defaults(Goal.class)
                        .withMinSpeedup(Optional.of(2.5))
                        .withMinSpeedupWithoutDotProduct(Optional.of(1.5));

        assertThat(check(goal, true)).isEqualTo(new GoalResult.Check("min-speedup", 2.5, 2, false));
        assertThat(check(goal, false))
                .isEqualTo(new GoalResult.Check("min-speedup-without-dot-product", 1.5, 2, true));
    }

    @Test
    void oneSpeedUpIsAskedOfAllCpusWhereTheRecipeNamesOne() {
        Goal goal = Options.defaults(Goal.class).withMinSpeedup(Optional.of(2.5));

        assertThat(check(goal, true)).isEqualTo(check(goal, false));
    }
}
