package dev.espalier;

import dev.espalier.core.recipe.MetricGoal;
import dev.espalier.core.report.GoalResult;
import dev.espalier.core.report.ModelFacts;
import java.util.ArrayList;
import java.util.List;

/** Whether a metric keeps the bounds of a goal. */
final class MetricChecks {
    /** Of sums in another order, relative to the figures compared. */
    private static final double ROUNDING = 1e-9;

    private MetricChecks() {}

    /** One check for each bound; none is met by what is not a number. */
    static List<GoalResult.Check> of(MetricGoal goal, ModelFacts before, ModelFacts after) {
        double old = before.metric(goal.metric()).orElse(Double.NaN);
        double now = after.metric(goal.metric()).orElse(Double.NaN);
        double slack = ROUNDING * Math.max(Math.abs(old), Math.abs(now));
        List<GoalResult.Check> checks = new ArrayList<>();
        goal.min()
                .ifPresent(
                        least -> checks.add(check(goal, "min", least, now, now >= least - slack)));
        goal.max()
                .ifPresent(most -> checks.add(check(goal, "max", most, now, now <= most + slack)));
        goal.maxIncrease()
                .ifPresent(most -> add(checks, goal, "max-increase", most, now - old, slack));
        goal.maxDecrease()
                .ifPresent(most -> add(checks, goal, "max-decrease", most, old - now, slack));
        return checks;
    }

    private static void add(
            List<GoalResult.Check> checks,
            MetricGoal goal,
            String bound,
            double most,
            double found,
            double slack) {
        checks.add(check(goal, bound, most, found, found <= most + slack));
    }

    private static GoalResult.Check check(
            MetricGoal goal, String bound, double asked, double found, boolean met) {
        return new GoalResult.Check(goal.metric() + " " + bound, asked, found, met);
    }
}
