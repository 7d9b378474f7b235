package dev.espalier.core.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.PassRun.Attempt;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.pass.Remedy;
import dev.espalier.core.pass.Remedy.Variant;
import dev.espalier.core.pass.StepStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AccuracyGuardTest {
    private static final int EXAMPLES = 500;
    private static final AccuracyGuard GUARD = new AccuracyGuard(new LossBound(2, 8), EXAMPLES);

    /** What ran, in order. */
    private static final List<String> RAN = new ArrayList<>();

    /** Answers so many examples wrongly; its remedies answer fewer so, or more. */
    @PassInfo(id = "spoil", summary = "x")
    record Spoil(int wrong, boolean measures, List<Remedy> remedies) implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            RAN.add("spoil " + wrong + (measures ? " measured" : ""));
            context.note("spoilt " + wrong);
            int before =
                    EXAMPLES
                            - Integer.parseInt(
                                    model.metadata().getOrDefault("wrong-from", "" + EXAMPLES));
            int less = Integer.parseInt(model.metadata().getOrDefault("repaired", "0"));
            return model.withMetadata(
                    "wrong-from", Integer.toString(EXAMPLES - Math.max(0, before + wrong - less)));
        }

        @Override
        public Pass forTrial() {
            return new Spoil(wrong, false, remedies);
        }

        Spoil with(int other) {
            return new Spoil(other, measures, remedies);
        }
    }

    /** Makes what comes behind it answer fewer wrongly. */
    @PassInfo(id = "repair", summary = "x")
    record Repair(int less) implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            RAN.add("repair " + less);
            context.note("repaired " + less);
            return model.withMetadata("repaired", Integer.toString(less));
        }

        @Override
        public boolean prepares() {
            return true;
        }
    }

    @PassInfo(id = "failing", summary = "x")
    record Failing() implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            throw new DataException("not for this network");
        }
    }

    @PassInfo(id = "train", summary = "x")
    record Train() implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            return model.withMetadata("wrong-from", Integer.toString(EXAMPLES));
        }

        @Override
        public boolean recovers() {
            return true;
        }
    }

    private static Remedy changing(String name, int... wrong) {
        return new Remedy(
                name,
                (situation, context) -> {
                    List<Variant> variants = new ArrayList<>();
                    for (int each : wrong) {
                        variants.add(
                                new Variant(
                                        name + " " + each,
                                        situation.withLast(((Spoil) situation.last()).with(each))));
                    }
                    return variants;
                });
    }

    private static Remedy repairing(int... less) {
        return new Remedy(
                "repair",
                (situation, context) -> {
                    List<Variant> variants = new ArrayList<>();
                    for (int each : less) {
                        variants.add(
                                new Variant(
                                        "repair " + each,
                                        situation.withBeforeLast(new Repair(each))));
                    }
                    return variants;
                });
    }

    private static Pipeline.Result run(Pass... passes) {
        PassContext context = LossMeterTest.context(EXAMPLES, true);
        return new Pipeline(List.of(passes), context).withGuard(GUARD).run(StepStore.NONE);
    }

    private static List<String> tried(PassRun run) {
        return run.told().attempts().stream()
                .map(a -> a.what() + (a.holds() ? " holds" : "") + (a.taken() ? " taken" : ""))
                .toList();
    }

    @BeforeEach
    void forget() {
        RAN.clear();
    }

    @Test
    void nothingIsTriedWithinTheBound() {
        Pipeline.Result result = run(new Spoil(10, true, List.of(changing("less", 5))));
        assertThat(result.runs().get(0).told().attempts()).isEmpty();
        assertThat(result.runs().get(0).notes())
                .containsExactly(
                        "spoilt 10",
                        "guard: 2.00 points lost (standard error 0.66), 2.00 % of the answers changed (standard error 0.65), on 500 validation examples: within bounds");
        assertThat(RAN).containsExactly("spoil 10 measured");
    }

    @Test
    void theFirstRemedyThatHoldsIsTakenAndRunInWhole() {
        Pipeline.Result result =
                run(new Spoil(30, true, List.of(changing("less", 25, 9, 0), repairing(30))));
        PassRun run = result.runs().get(0);
        assertThat(tried(run)).containsExactly("as asked for", "less 25", "less 9 holds taken");
        assertThat(RAN)
                .containsExactly("spoil 30 measured", "spoil 25", "spoil 9", "spoil 9 measured");
        assertThat(result.model().metadata()).containsEntry("wrong-from", "491");
        assertThat(run.notes())
                .containsExactly(
                        "spoilt 9",
                        "warning: guard: 'less 9' holds: 1.80 points lost (standard error 0.63), 1.80 % of the answers changed (standard error 0.62), on 500 validation examples");
        assertThat(run.misses()).isEmpty();
        assertThat(run.told().attempts())
                .extracting(Attempt::drop)
                .containsExactly(0.06, 0.05, 0.018);
    }

    @Test
    void remediesStandOnTheBestBeforeThem() {
        Pipeline.Result result =
                run(
                        new Spoil(
                                40,
                                false,
                                List.of(
                                        changing("less", 50, 30, 35),
                                        repairing(5, 15),
                                        changing("last", 24))));
        PassRun run = result.runs().get(0);
        assertThat(tried(run))
                .containsExactly(
                        "as asked for",
                        "less 50",
                        "less 30",
                        "less 35",
                        "repair 5",
                        "repair 15",
                        "last 24 holds taken");
        assertThat(result.model().metadata()).containsEntry("wrong-from", "491");
        assertThat(run.notes()).startsWith("repaired 15", "spoilt 24");
        // What stands before is not done twice.
        assertThat(RAN.stream().filter("repair 15"::equals)).hasSize(1);
    }

    @Test
    void whereNoneHoldsTheBestIsTakenAndTheGoalMissed() {
        Pipeline.Result result =
                run(new Spoil(40, false, List.of(changing("less", 30, 20, 25), repairing())));
        PassRun run = result.runs().get(0);
        assertThat(tried(run))
                .containsExactly("as asked for", "less 30", "less 20 taken", "less 25");
        assertThat(run.misses()).containsExactly(new PassRun.Miss("guard.max-drop", 2, 4));
        assertThat(run.notes()).anyMatch(note -> note.startsWith(PassContext.WARNING + "guard:"));
        assertThat(result.model().metadata()).containsEntry("wrong-from", "480");
    }

    @Test
    void aRemedyThatFailsIsToldAndTheNextOneTried() {
        Remedy refusing =
                new Remedy(
                        "refusing",
                        (situation, context) -> {
                            throw new UnsupportedModelException("no such layer");
                        });
        Remedy failing =
                new Remedy(
                        "failing",
                        (situation, context) ->
                                List.of(
                                        new Variant(
                                                "fail", situation.withBeforeLast(new Failing()))));
        Pipeline.Result result =
                run(new Spoil(40, false, List.of(refusing, failing, changing("less", 9))));
        PassRun run = result.runs().get(0);
        assertThat(tried(run)).containsExactly("as asked for", "less 9 holds taken");
        assertThat(run.notes())
                .contains(
                        "guard: 'refusing' could not be tried: no such layer",
                        "guard: 'fail' could not be tried: not for this network");
    }

    @Test
    void whoeverStopsARunStopsItsRemedies() {
        Remedy stopped =
                new Remedy(
                        "stopped",
                        (situation, context) -> {
                            throw new CancelledException("stopped");
                        });
        assertThatThrownBy(() -> run(new Spoil(40, false, List.of(stopped))))
                .isInstanceOf(CancelledException.class);
    }

    @Test
    void aPassWithoutRemediesIsTakenAsItIs() {
        Pipeline.Result result = run(new Spoil(40, true, List.of()));
        assertThat(tried(result.runs().get(0))).containsExactly("as asked for taken");
        assertThat(RAN).containsExactly("spoil 40 measured");
        assertThat(result.runs().get(0).misses()).hasSize(1);
    }

    @Test
    void whatATrainingBringsBackIsNoLoss() {
        Pipeline.Result result =
                run(new Spoil(300, false, List.of()), new Train(), new Spoil(5, false, List.of()));
        assertThat(result.runs()).allMatch(run -> run.misses().isEmpty());
        assertThat(result.runs().get(0).notes()).containsExactly("spoilt 300");
        assertThat(result.runs().get(1).notes()).singleElement().asString().contains("0.00 points");
        assertThat(result.runs().get(2).notes().get(1)).contains("1.00 points");
    }

    @Test
    void eachPassMayLoseAsMuch() {
        Pipeline.Result result =
                run(new Spoil(9, false, List.of()), new Spoil(9, false, List.of()));
        assertThat(result.runs()).allMatch(run -> run.misses().isEmpty());
        assertThat(result.model().metadata()).containsEntry("wrong-from", "482");
    }

    @Test
    void whatOnlyPreparesIsJudgedWithThePassBehindIt() {
        Pipeline.Result result = run(new Repair(3), new Spoil(12, false, List.of()));
        assertThat(result.runs().get(0).notes()).containsExactly("repaired 3");
        assertThat(result.runs().get(1).notes().get(1)).contains("1.80 points");
    }
}
