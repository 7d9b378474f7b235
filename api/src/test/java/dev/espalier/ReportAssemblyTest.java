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

    private static ModelFacts facts(double micros, Double... forks) {
        LatencyResult latency =
                new LatencyResult(1, 1, micros, micros, 0, micros, micros, 1, List.of(forks));
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

    @Test
    void aSpeedUpIsJudgedByWhatCanBeStoodFor() {
        Goal goal = Options.defaults(Goal.class).withMinSpeedup(Optional.of(2.0));
        ModelFacts old = facts(209, 209., 215., 171., 209., 209., 210.);
        ModelFacts now = facts(100, 100., 100., 100., 100., 100., 100.);

        GoalResult.Check missed =
                ReportAssembly.goal(goal, old, now, List.of(), true).checks().get(0);
        assertThat(missed).isEqualTo(new GoalResult.Check("min-speedup", 2, 2.09, 1.71, false));

        ModelFacts quiet = facts(209, 209., 215., 201., 209., 209., 210.);
        assertThat(ReportAssembly.goal(goal, quiet, now, List.of(), true).checks())
                .containsExactly(new GoalResult.Check("min-speedup", 2, 2.09, 2.01, true));
    }

    @Test
    void whatWasNotMeasuredIsNotMet() {
        Goal goal = Options.defaults(Goal.class).withMinSpeedup(Optional.of(2.0));
        ModelFacts facts = ModelFacts.of(1, 1, 1);

        assertThat(ReportAssembly.goal(goal, facts, facts, List.of(), true).met()).isFalse();
    }
}
