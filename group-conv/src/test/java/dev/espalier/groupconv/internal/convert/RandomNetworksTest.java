package dev.espalier.groupconv.internal.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Proof;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.testkit.RandomGraphs;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RandomNetworksTest {
    private static final int NETWORKS = 40;

    private static final OrtRunner RUNNER = new OrtRunner(SessionSettings.DEFAULT.withThreads(1));

    @Test
    void convertedNetworksProveThemselves() {
        int folded = 0;
        for (long seed = 0; seed < NETWORKS; seed++) {
            Model model = RandomGraphs.cnn(seed);
            Map<String, GroupStructure> structures =
                    RandomStructures.independent(model, new Random(seed));

            Converted converted = GroupConversion.convert(model, structures);

            prove(converted, seed);
            assertThat(gathers(converted.model()))
                    .as("Gathers of seed %d", seed)
                    .isEqualTo(converted.gathers())
                    .isLessThanOrEqualTo(converted.permutations());
            folded += converted.folded();
        }
        assertThat(folded).isPositive();
    }

    @Test
    void sharedOrdersLeaveNoGather() {
        int free = 0;
        for (long seed = 0; seed < NETWORKS; seed++) {
            Model model = RandomGraphs.cnn(seed);
            Map<String, GroupStructure> structures =
                    RandomStructures.shared(model, layer -> false, new Random(seed));

            Converted converted = GroupConversion.convert(model, structures);

            prove(converted, seed);
            if (isFree(model)) {
                free++;
                assertThat(converted.gathers())
                        .as("Gathers of seed %d: %s", seed, converted.layers())
                        .isZero();
            }
        }
        assertThat(free).isPositive();
    }

    private static boolean isFree(Model model) {
        List<String> layers = RandomStructures.layers(model);
        CoupledSides sides = CoupledSides.of(model, layers, InputShapes.ofBatch(1));
        return sides.inputs().keySet().containsAll(layers)
                && sides.outputs().keySet().containsAll(layers);
    }

    private static void prove(Converted converted, long seed) {
        PassContext context = PassContext.of(converted.masked()).withRunner(RUNNER);
        try {
            Proof.equal(converted.masked(), converted.model(), converted, context);
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static long gathers(Model model) {
        return model.graph().nodes().stream().filter(node -> node.is("Gather")).count();
    }
}
