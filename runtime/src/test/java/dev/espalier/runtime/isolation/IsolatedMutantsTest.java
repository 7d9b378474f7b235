package dev.espalier.runtime.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.CompressionException;
import dev.espalier.core.ModelFormatException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.testkit.Mutants;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Damaged models that are given to ONNX Runtime all the same, without the checks that would refuse
 * many of them before. Whatever becomes of its process, this one goes on.
 *
 * <p>More of them: {@code -Despalier.mutants=0-2000}, which are numbers of {@link Mutants}.
 */
class IsolatedMutantsTest {
    private static final String RANGE = System.getProperty("espalier.mutants", "0-60");
    private static final Limits LIMITS = new Limits(Duration.ofSeconds(30), 4L << 30);
    private static final InputShapes ONE = InputShapes.ofBatch(1);

    private final Map<String, Integer> outcomes = new TreeMap<>();

    @Test
    void noMutantEndsThisProcess() {
        Mutants mutants = Mutants.ofSmallModels();
        String[] ends = RANGE.split("-");
        long first = Long.parseLong(ends[0]);
        long behind = Long.parseLong(ends[1]);
        try (Isolation isolation = new Isolation(LIMITS)) {
            FirstRuns runs = new FirstRuns(isolation, Checkpoints.NONE);
            for (long seed = first; seed < behind; seed++) {
                outcomes.merge(outcome(runs, mutants.of(seed)), 1, Integer::sum);
            }
        }
        System.out.println(RANGE + ": " + outcomes);
        assertThat(outcomes.values().stream().mapToLong(Integer::intValue).sum())
                .isEqualTo(behind - first);
        assertThat(outcomes).as("of %s", RANGE).containsKey("runs");
    }

    private static String outcome(FirstRuns runs, byte[] file) {
        Model model;
        try {
            model = OnnxReader.read(file);
        } catch (ModelFormatException e) {
            return "is no model";
        } catch (CompressionException e) {
            return "is not read";
        }
        try {
            runs.require(model, ONE);
            return "runs";
        } catch (CompressionException e) {
            return e.getMessage().contains("ends the process")
                    ? e.getMessage().replaceAll(".*, with (\\w+).*", "$1")
                    : e.getMessage().contains("within")
                            ? "takes too long"
                            : e.getMessage().contains("memory") ? "takes too much" : "is refused";
        }
    }
}
