package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.testkit.RandomGraphs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Damaged and hostile files load or are refused; nothing else happens. */
class MutatedModelsTest {
    private static final int MUTANTS = 12_000;

    private static final String CONTROL_FLOW =
            """
            graph (x: float[1,3,4,4], c: bool[]) -> (y)
            w: float[2,3,1,1] = seed(1)
            names: string[2] = ["a", "b"]
            q: int4[3] = [1, -2, 3]
            h = Conv(x, w) {pads=[0,0,0,0], auto_pad="NOTSET"} as conv
            y = If(c) {then_branch=graph t () -> (a: float[1,2,4,4]) {
              k: float[1] = [2]
              a = Mul(h, k)
            }, else_branch=graph e () -> (b) {
              b = Constant() {value=tensor(float[2], [1, 2])}
            }}
            """;

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

    private final List<byte[]> seeds = new ArrayList<>();

    MutatedModelsTest() {
        seeds.add(OnnxWriter.toBytes(GraphText.parse(CONTROL_FLOW)));
        seeds.add(OnnxWriter.toBytes(GraphText.parse(FUNCTIONS)));
        for (long seed = 0; seed < 4; seed++) {
            seeds.add(OnnxWriter.toBytes(RandomGraphs.cnn(seed, 2)));
        }
        seeds.add(Protos.everything().toByteArray());
    }

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
        SplittableRandom random = new SplittableRandom(i);
        byte[] base = seeds.get(random.nextInt(seeds.size())).clone();
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(base, random.nextInt(base.length));
            case 1 -> flipped(base, random, 1);
            case 2 -> flipped(base, random, 1 + random.nextInt(40));
            case 3 -> spliced(base, random);
            default -> overwritten(base, random);
        };
    }

    /** Most bytes of a file are weights, so half of the flips go to the structure in front. */
    private static byte[] flipped(byte[] base, SplittableRandom random, int count) {
        for (int i = 0; i < count; i++) {
            int end = random.nextBoolean() ? Math.min(1500, base.length) : base.length;
            base[random.nextInt(end)] ^= (byte) (1 << random.nextInt(8));
        }
        return base;
    }

    private byte[] spliced(byte[] base, SplittableRandom random) {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        int head = random.nextInt(base.length);
        int tail = random.nextInt(other.length);
        byte[] result = Arrays.copyOf(base, head + other.length - tail);
        System.arraycopy(other, tail, result, head, other.length - tail);
        return result;
    }

    private static byte[] overwritten(byte[] base, SplittableRandom random) {
        int end = random.nextBoolean() ? Math.min(1500, base.length) : base.length;
        int start = random.nextInt(end);
        for (int i = start; i < Math.min(start + 10, base.length); i++) {
            base[i] = random.nextBoolean() ? (byte) 0xff : (byte) random.nextInt(256);
        }
        return base;
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
