package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static LatencyResult latency(double p50, Double... forks) {
        return new LatencyResult(1, 1, p50, p50, 0, p50, p50, 100, List.of(forks));
    }

    private static ModelFacts facts(long bytes, LatencyResult latency) {
        return ModelFacts.of(bytes, 10, 10).withLatency(List.of(latency));
    }

    @Test
    void speedUpIsOldOverNew() {
        Verdict verdict =
                new Verdict(facts(300, latency(90, 88., 92.)), facts(100, latency(30, 29., 31.)));
        assertThat(verdict.speedUp().get().speedup()).isEqualTo(3);
        assertThat(verdict.sizeRatio()).isEqualTo(3);
        assertThat(verdict.words()).isEqualTo("3.00× faster, 3.00× smaller");
    }

    @Test
    void saysSoWhereTheResultIsSlowerOrLarger() {
        Verdict verdict = new Verdict(facts(100, latency(50)), facts(200, latency(75)));
        assertThat(verdict.words()).isEqualTo("1.50× slower, 2.00× larger");
    }

    @Test
    void callsNothingFasterThatSomePairOfForksFoundSlower() {
        Verdict verdict =
                new Verdict(
                        facts(100, latency(100, 100., 130., 90.)),
                        facts(100, latency(90, 90., 88., 95.)));
        assertThat(verdict.words())
                .isEqualTo(
                        "no difference in speed (the machine was too busy to say more),"
                                + " as large as before");
        assertThat(verdict.speedUp().get().low()).isCloseTo(90 / 95., within(1e-12));
    }

    @Test
    void comparesOnlyTheSameSetting() {
        LatencyResult two = new LatencyResult(2, 1, 10, 10, 0, 10, 10, 5, List.of());
        Verdict verdict = new Verdict(facts(100, latency(50)), facts(100, two));
        assertThat(verdict.speedUp()).isEmpty();
        assertThat(verdict.words()).isEqualTo("as large as before, as many MACs");
    }

    @Test
    void speaksOfTopOneAndElseOfTheFirstRatioButNeverOfALoss() {
        ModelFacts facts = ModelFacts.of(1, 1, 1);
        ModelFacts all = facts.withMetrics(Map.of("top5", .9, "top1", .5, "loss", 2.), "test", 10);
        assertThat(new Verdict(all, all).mainMetric()).contains("top1");
        ModelFacts loss = facts.withMetrics(Map.of("loss", 2.), "test", 10);
        assertThat(new Verdict(loss, loss).mainMetric()).isEmpty();
        assertThat(new Verdict(loss, all).mainMetric()).isEmpty();
    }

    @Test
    void dropsAreInPoints() {
        ModelFacts facts = ModelFacts.of(1, 1, 1);
        ModelFacts old = facts.withMetrics(Map.of("top1", .9173), "test", 10_000);
        ModelFacts less = facts.withMetrics(Map.of("top1", .9071), "test", 10_000);
        assertThat(new Verdict(old, less).words()).contains("1.02 points less accurate");
        assertThat(new Verdict(less, old).words()).contains("1.02 points more accurate");
        assertThat(new Verdict(old, old).words()).contains("just as accurate");
    }

    @Test
    void theIntervalOfARatioIsThatOfABinomial() {
        assertThat(Verdict.halfWidth(0.9, 10_000)).isCloseTo(0.00588, within(1e-6));
        assertThat(Verdict.halfWidth(1, 10)).isZero();
    }

    @Test
    void partsOfTwoNetworksAreNotCompared() {
        ModelFacts part = new ModelFacts(100, 10, 5, 2, Map.of(), Set.of(), "", 0, List.of());
        ModelFacts whole = ModelFacts.of(100, 10, 10);

        assertThat(part.macsText()).isEqualTo("at least 5");
        assertThat(new Verdict(whole, part).macsRatio()).isNaN();
        assertThat(new Verdict(whole, part).words()).isEqualTo("as large as before");
        assertThat(new Verdict(part, whole).words()).isEqualTo("as large as before");
        assertThat(new Verdict(whole, whole).words()).isEqualTo("as large as before, as many MACs");
    }
}
