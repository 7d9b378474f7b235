package dev.espalier.core.internal.stored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.internal.image.Change;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SplitterTest {
    /** Example i holds the number i; its class is i mod classes, or -1 where there are none. */
    private record Numbered(int size, int classes, int first) implements ExampleSource {
        @Override
        public int label(int index) {
            return classes == 0 ? -1 : index % classes;
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return Map.of("x", new TensorType(DataType.FLOAT, Shape.of(1)));
        }

        @Override
        public void read(int index, String input, Change change, ByteBuffer target) {
            target.putFloat(first + index);
        }
    }

    private static DataConfig config(int calibration, double validation) {
        return new DataConfig(
                DataConfig.Format.NPZ, Path.of("x"), Preprocess.DEFAULT, calibration, validation);
    }

    private static List<Integer> content(Dataset data) {
        List<Integer> content = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            content.add((int) data.batch(new int[] {i}).inputs().get("x").toFloats()[0]);
        }
        return content;
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void partsAreDisjointCoverAllAndStay(
            @ForAll @IntRange(min = 1, max = 300) int size,
            @ForAll @IntRange(min = 0, max = 12) int classes,
            @ForAll @IntRange(min = 1, max = 400) int calibration,
            @ForAll @DoubleRange(min = 0, max = 0.9) double fraction,
            @ForAll boolean hasTest,
            @ForAll long seed) {
        Numbered training = new Numbered(size, classes, 0);
        Numbered test = new Numbered(7, classes, 1000);
        Parts parts =
                new Parts(
                        training,
                        Optional.empty(),
                        hasTest ? Optional.of(test) : Optional.empty(),
                        classes);
        DataSplits splits = Splitter.split(parts, config(calibration, fraction), seed);
        List<Integer> all = new ArrayList<>(content(splits.training()));
        all.addAll(content(splits.validation()));
        all.addAll(content(splits.test()));
        Set<Integer> distinct = new HashSet<>(all);
        assertThat(distinct).hasSize(all.size()).hasSize(size + (hasTest ? 7 : 0));
        assertThat(splits.calibration().size())
                .isEqualTo(Math.min(calibration, splits.training().size()));
        assertThat(content(splits.training())).containsAll(content(splits.calibration()));
        assertThat(new HashSet<>(content(splits.calibration())))
                .hasSize(splits.calibration().size());
        assertThat(splits.training().size()).isPositive();
        DataSplits again = Splitter.split(parts, config(calibration, fraction), seed);
        assertThat(content(again.validation())).isEqualTo(content(splits.validation()));
        assertThat(content(again.calibration())).isEqualTo(content(splits.calibration()));
        assertThat(content(again.test())).isEqualTo(content(splits.test()));
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void everyClassGivesItsShare(
            @ForAll @IntRange(min = 1, max = 400) int size,
            @ForAll @IntRange(min = 1, max = 12) int classes,
            @ForAll @DoubleRange(min = 0, max = 1) double fraction,
            @ForAll long seed) {
        Numbered source = new Numbered(size, classes, 0);
        int[] all = java.util.stream.IntStream.range(0, size).toArray();
        int count = (int) (fraction * size);
        int[] chosen = Splitter.choose(source, all, count, seed);
        assertThat(chosen).hasSize(count).isSorted().doesNotHaveDuplicates();
        int[] perClass = new int[classes];
        int[] inClass = new int[classes];
        for (int i : chosen) {
            perClass[source.label(i)]++;
        }
        for (int i : all) {
            inClass[source.label(i)]++;
        }
        for (int c = 0; c < classes; c++) {
            assertThat((double) perClass[c])
                    .isBetween(
                            Math.floor((double) inClass[c] * count / size),
                            Math.floor((double) inClass[c] * count / size) + 1);
        }
    }

    @Test
    void anotherSeedHoldsOutOthersForValidationButTheSameForTest() {
        Parts parts = new Parts(new Numbered(200, 4, 0), Optional.empty(), Optional.empty(), 4);
        DataSplits one = Splitter.split(parts, config(20, 0.1), 1);
        DataSplits two = Splitter.split(parts, config(20, 0.1), 2);
        assertThat(content(one.test())).isEqualTo(content(two.test())).hasSize(20);
        assertThat(content(one.validation())).isNotEqualTo(content(two.validation())).hasSize(18);
        assertThat(content(one.calibration())).isNotEqualTo(content(two.calibration()));
    }

    @Test
    void aStoredValidationPartIsUsedWhole() {
        Parts parts =
                new Parts(
                        new Numbered(50, 2, 0),
                        Optional.of(new Numbered(5, 2, 500)),
                        Optional.of(new Numbered(6, 2, 600)),
                        2);
        DataSplits splits = Splitter.split(parts, config(10, 0.5), 3);
        assertThat(splits.training().size()).isEqualTo(50);
        assertThat(content(splits.validation())).containsExactly(500, 501, 502, 503, 504);
        assertThat(content(splits.test())).hasSize(6);
    }

    @Test
    void calibrationDoesNotDependOnItsOrderOfReading() {
        SplittableRandom random = new SplittableRandom(1);
        Numbered source = new Numbered(100, 3, 0);
        int[] all = java.util.stream.IntStream.range(0, 100).toArray();
        long seed = random.nextLong();
        assertThat(Splitter.choose(source, all, 10, seed))
                .isEqualTo(Splitter.choose(source, all.clone(), 10, seed));
    }
}
