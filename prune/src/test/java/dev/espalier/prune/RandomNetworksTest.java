package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.testkit.RandomGraphs;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RandomNetworksTest {
    private static final int NETWORKS = 24;

    private static final InputShapes SHAPES = InputShapes.ofBatch(1);

    @Test
    void prunedNetworksProveThemselvesAndKeepTheirBudgetAndTypes() {
        int pruned = 0;
        for (long seed = 0; seed < NETWORKS; seed++) {
            Model model = RandomGraphs.cnn(seed);
            double part = 0.3 + 0.2 * (seed % 3);
            int roundTo = 1 << seed % 3;
            Scope scope = Scope.values()[(int) (seed % 2)];
            PassContext context =
                    PassContext.of(model)
                            .withRunner(new OrtRunner(SessionSettings.DEFAULT.withThreads(1)));
            Model result;
            try {
                result = new Prune(part, Optional.of(roundTo), scope).apply(model, context);
            } catch (InvalidOptionException e) {
                assertThat(e).as("seed %d", seed).hasMessageContaining("is the least");
                continue;
            }
            pruned++;
            assertThat(macs(result))
                    .as("operations of seed %d", seed)
                    .isLessThanOrEqualTo((long) (part * macs(model)));
            assertThat(values(result.graph().inputs()))
                    .as("inputs of seed %d", seed)
                    .isEqualTo(values(model.graph().inputs()));
            assertThat(values(result.graph().outputs()))
                    .as("outputs of seed %d", seed)
                    .isEqualTo(values(model.graph().outputs()));
            assertThat(context.notes())
                    .as("seed %d", seed)
                    .anyMatch(note -> note.startsWith("proved on"));
        }
        assertThat(pruned).isGreaterThan(NETWORKS / 2);
    }

    private static long macs(Model model) {
        return Cost.of(model, SHAPES).macs();
    }

    private static List<String> values(List<Value> values) {
        return values.stream().map(value -> value.name() + value.type()).toList();
    }
}
