package dev.espalier.core.choice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.choice.Chooser.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChooserTest {
    private static Alternative<String> to(String what, double error, double bytes) {
        return new Alternative<>(what, new Costs(error, 0, bytes));
    }

    private static final Decision<String> A =
            new Decision<>("a", List.of(to("8", 0, 100), to("4", 1, 50), to("2", 10, 25)));
    private static final Decision<String> B =
            new Decision<>("b", List.of(to("8", 0, 400), to("4", 2, 200), to("2", 3, 100)));
    private static final List<Decision<String>> BOTH = List.of(A, B);

    private static List<String> steps(List<Decision<String>> decisions) {
        return Chooser.path(decisions, Measure.BYTES, Measure.ERROR).stream()
                .map(step -> step.decision().name() + step.from().what() + step.to().what())
                .toList();
    }

    @Test
    void whatGivesMostForWhatItCostsComesFirst() {
        // 200 for 2, 100 for 1, 50 for 1, 25 for 9.
        assertThat(steps(BOTH)).containsExactly("b84", "b42", "a84", "a42");
    }

    @Test
    void whatPaysMoreForTheSameIsLeftOut() {
        Decision<String> bent =
                new Decision<>(
                        "a",
                        List.of(to("8", 0, 100), to("5", 4, 90), to("4", 5, 50), to("3", 6, 60)));
        assertThat(steps(List.of(bent))).containsExactly("a84");
    }

    @Test
    void whatCostsNothingComesFirstAndWhatGainsNothingNever() {
        Decision<String> free =
                new Decision<>("f", List.of(to("8", 3, 10), to("4", 3, 9), to("2", 1, 9)));
        Decision<String> useless = new Decision<>("u", List.of(to("8", 3, 10), to("9", 0, 10)));
        assertThat(steps(List.of(A, free, useless))).containsExactly("f84", "a84", "a42");
    }

    @Test
    void theBoundIsReachedWithTheLeastError() {
        assertThat(within(500)).containsExactly("8", "8");
        assertThat(within(499)).containsExactly("8", "4");
        assertThat(within(250)).containsExactly("8", "2");
        assertThat(within(150)).containsExactly("4", "2");
        assertThat(within(125)).containsExactly("2", "2");
    }

    @Test
    void outOfReachWhatCostsLeastIsTaken() {
        assertThat(within(1)).containsExactly("2", "2");
    }

    @Test
    void stepsThatALaterOneMakesNeedlessAreTakenBack() {
        Decision<String> small = new Decision<>("s", List.of(to("8", 0, 10), to("4", 0.1, 0)));
        Decision<String> large = new Decision<>("l", List.of(to("8", 0, 90), to("4", 1, 0)));
        Choice<String> choice =
                Chooser.within(List.of(small, large), Measure.BYTES, 20, Measure.ERROR);
        assertThat(choice.of(small)).isEqualTo("8");
        assertThat(choice.of(large)).isEqualTo("4");
    }

    private static List<String> within(double bytes) {
        Choice<String> choice = Chooser.within(BOTH, Measure.BYTES, bytes, Measure.ERROR);
        return List.of(choice.of(A), choice.of(B));
    }

    /** What is reached exactly costs no more than any other choice within that. */
    @Test
    void noOtherChoicePaysLessForTheSameBound() {
        Random random = new Random(1);
        for (int run = 0; run < 300; run++) {
            List<Decision<String>> decisions = random(random);
            Choice<String> choice = Choice.now(decisions);
            for (Step<String> step : Chooser.path(decisions, Measure.BYTES, Measure.ERROR)) {
                choice = choice.with(step.decision(), step.to());
                double bytes = choice.costs().bytes();
                double least =
                        all(decisions).stream()
                                .filter(costs -> costs.bytes() <= bytes)
                                .mapToDouble(Costs::error)
                                .min()
                                .orElseThrow();
                assertThat(choice.costs().error()).isLessThanOrEqualTo(least + 1e-9);
                Choice<String> found =
                        Chooser.within(decisions, Measure.BYTES, bytes, Measure.ERROR);
                assertThat(found.costs().bytes()).isLessThanOrEqualTo(bytes);
                assertThat(found.costs().error()).isLessThanOrEqualTo(least + 1e-9);
            }
        }
    }

    @Test
    void theGreatestErrorIsAsSmallAsCanBe() {
        Random random = new Random(2);
        for (int run = 0; run < 300; run++) {
            List<Decision<String>> decisions = random(random);
            double most = Choice.now(decisions).costs().bytes() * random.nextDouble();
            Choice<String> choice = Chooser.leastWorst(decisions, Measure.BYTES, most);
            double worst = worst(choice);
            boolean reached = choice.costs().bytes() <= most;
            double least = Double.POSITIVE_INFINITY;
            for (Choice<String> other : choices(decisions)) {
                if (other.costs().bytes() <= most) {
                    least = Math.min(least, worst(other));
                }
            }
            assertThat(reached).isEqualTo(least < Double.POSITIVE_INFINITY);
            if (reached) {
                assertThat(worst).isEqualTo(least);
            }
        }
    }

    private static double worst(Choice<String> choice) {
        return choice.taken().values().stream()
                .mapToDouble(taken -> taken.costs().error())
                .max()
                .orElse(0);
    }

    /** Three decisions whose first alternative has no error. */
    private static List<Decision<String>> random(Random random) {
        List<Decision<String>> decisions = new ArrayList<>();
        for (int d = 0; d < 3; d++) {
            List<Alternative<String>> alternatives = new ArrayList<>();
            for (int a = 0; a < 4; a++) {
                double error = a == 0 ? 0 : 0.1 + random.nextDouble();
                alternatives.add(to("" + a, error, 100 * random.nextDouble()));
            }
            decisions.add(new Decision<>("d" + d, alternatives));
        }
        return decisions;
    }

    private static List<Costs> all(List<Decision<String>> decisions) {
        return choices(decisions).stream().map(Choice::costs).toList();
    }

    private static List<Choice<String>> choices(List<Decision<String>> decisions) {
        List<Choice<String>> all = List.of(Choice.now(decisions));
        for (Decision<String> decision : decisions) {
            List<Choice<String>> more = new ArrayList<>();
            for (Choice<String> choice : all) {
                decision.alternatives().forEach(a -> more.add(choice.with(decision, a)));
            }
            all = more;
        }
        return all;
    }

    @Test
    void aVerdictTakesStepsBackAndEndsTheWalk() {
        List<String> asked = new ArrayList<>();
        Choice<String> choice =
                Chooser.walk(
                        BOTH,
                        Chooser.path(BOTH, Measure.BYTES, Measure.ERROR),
                        (step, tried) -> {
                            asked.add(step.decision().name() + step.to().what());
                            return switch (asked.size()) {
                                case 1 -> Verdict.UNDO;
                                case 2 -> Verdict.KEEP;
                                default -> Verdict.ENOUGH;
                            };
                        });
        assertThat(asked).containsExactly("b4", "b2", "a4");
        assertThat(choice.of(A)).isEqualTo("4");
        assertThat(choice.of(B)).isEqualTo("2");
        assertThat(choice.changed()).containsExactly(A, B);
        Choice<String> stopped =
                Chooser.walk(
                        BOTH,
                        Chooser.path(BOTH, Measure.BYTES, Measure.ERROR),
                        (step, tried) -> Verdict.STOP);
        assertThat(stopped.changed()).isEmpty();
    }

    @Test
    void theFirstWithinTheBudgetIsTakenAndNoMoreAreMade() {
        List<Integer> made = new ArrayList<>();
        Stream<Integer> others = Stream.of(30, 12, 9, 1).peek(made::add);
        assertThat(Chooser.<Integer>firstWithin(20, others, x -> x / 10.0)).isEqualTo(9);
        assertThat(made).containsExactly(30, 12, 9);
        assertThat(Chooser.<Integer>firstWithin(20, Stream.of(30, 12, 15), x -> x / 10.0))
                .isEqualTo(12);
        assertThat(Chooser.<Integer>firstWithin(10, Stream.of(1), x -> x / 10.0)).isEqualTo(10);
    }

    @Test
    void refusesWhatCannotBeDecided() {
        assertThatThrownBy(() -> Choice.now(List.of(A, A)))
                .hasMessage("'a' is to be decided twice");
        assertThatThrownBy(() -> Choice.now(BOTH).with(A, to("3", 0, 0)))
                .hasMessage("'a' has no alternative 3");
        assertThatThrownBy(() -> new Costs(Double.NaN, 0, 0)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Decision<>("d", List.of())).hasMessageContaining("'d'");
    }
}
