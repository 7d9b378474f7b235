package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.testkit.Mutants;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Damaged and hostile files load or are refused; nothing else happens. */
class MutatedModelsTest {
    private static final int MUTANTS = 12_000;

    private static final String FUNCTIONS =
            """
            function my::leak {slope, unused=[1,2]} (a) -> (b) {
              opset 17
              b = LeakyRelu(a) {alpha=@slope:float}
            }
            function my::twice:o {slope=0.5} (a) -> (b) {
              opset my 1
              h = my::leak(a) {slope=@slope:float}
              b = my::leak(h) {slope=0.25}
            }
            graph (x: float[2], c: bool[]) -> (y)
            y = If(c) {then_branch=graph () -> (t) {
              t = my::twice:o(x) {slope=0.125}
            }, else_branch=graph () -> (e) {
              e = my::leak(x) {slope=0.5}
            }}
            """;

    private final Mutants small = Mutants.ofSmallModels();
    private final Mutants everything =
            Mutants.of(
                    List.of(
                            Protos.everything().toByteArray(),
                            OnnxWriter.toBytes(GraphText.parse(FUNCTIONS))));

    @Test
    void mutatedFilesLoadOrAreRefused() {
        int loaded = 0;
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = mutant(i);
            try {
                Model model = OnnxReader.read(mutant);
                loaded++;
                // What loads can be looked at and written.
                GraphText.print(model);
                OnnxWriter.toBytes(model);
            } catch (ModelFormatException | UnsupportedModelException e) {
                refused++;
                assertThat(e.getMessage()).as("mutant %d", i).isNotBlank();
            } catch (RuntimeException | Error e) {
                fail("mutant " + i + " (seeded, reproducible) gives " + e, e);
            }
        }
        assertThat(loaded).isGreaterThan(MUTANTS / 20);
        assertThat(refused).isGreaterThan(MUTANTS / 5);
    }

    private byte[] mutant(int i) {
        return i % 6 == 0 ? everything.of(i) : small.of(i);
    }

    @Test
    void randomBytesAreRefused() {
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[i % 300];
            new SplittableRandom(i).nextBytes(bytes);
            try {
                OnnxReader.read(bytes);
                fail("random bytes of seed " + i + " became a model");
            } catch (ModelFormatException | UnsupportedModelException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
    }
}
