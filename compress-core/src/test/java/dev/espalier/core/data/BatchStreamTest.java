package dev.espalier.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.internal.image.ImageSize;
import dev.espalier.core.internal.stored.ClassLabels;
import dev.espalier.core.internal.stored.ImageSource;
import dev.espalier.core.internal.stored.Images;
import dev.espalier.core.internal.stored.StoredDataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchStreamTest {
    /** The label of example i is i. */
    private static Dataset numbered(int size) {
        ImageSize one = new ImageSize(1, 3, 3);
        List<byte[]> pixels = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            pixels.add(SmallData.random(9, i));
        }
        int[] labels = IntStream.range(0, size).toArray();
        Images images = new Images.InMemory(one, pixels, new ClassLabels(labels));
        ImageSource source = new ImageSource(images, "x", Preprocess.DEFAULT);
        return new StoredDataset(source, labels.clone(), size);
    }

    private static List<Integer> labels(BatchStream batches) {
        List<Integer> labels = new ArrayList<>();
        while (batches.hasNext()) {
            Arrays.stream(batches.next().labels()).forEach(labels::add);
        }
        return labels;
    }

    @ParameterizedTest
    @CsvSource({"1,7,1", "100,7,1", "100,7,3", "100,100,2", "100,128,4", "64,16,8"})
    void visitsEveryExampleOnceAnEpoch(int size, int batch, int threads) {
        Batching batching = new Batching(batch, true, false, Augmentation.NONE, 5);
        try (BatchStream batches = BatchStream.open(numbered(size), batching, 3, threads)) {
            assertThat(batches.batches()).isEqualTo((size + batch - 1) / batch);
            assertThat(labels(batches))
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, size).boxed().toList());
        }
    }

    @Test
    void leavesOutASmallerLastBatchWhenAsked() {
        Batching batching = new Batching(30, true, true, Augmentation.NONE, 5);
        try (BatchStream batches = BatchStream.open(numbered(100), batching, 0)) {
            assertThat(batches.batches()).isEqualTo(3);
            Set<Integer> seen = new HashSet<>(labels(batches));
            assertThat(seen).hasSize(90);
        }
    }

    @Test
    void tellsWhichExamplesABatchHolds() {
        Batching batching = Batching.training(8, Augmentation.NONE, 11);
        try (BatchStream batches = BatchStream.openAt(1, numbered(40), batching, 2)) {
            while (batches.hasNext()) {
                assertThat(batches.next().labels()).isEqualTo(batches.indices());
            }
        }
    }

    @Test
    void goesOnInTheMiddleOfAnEpoch() {
        Batching batching = Batching.training(8, Augmentation.NONE, 11);
        try (BatchStream whole = BatchStream.open(numbered(66), batching, 2);
                BatchStream rest = BatchStream.openAt(3, numbered(66), batching, 2);
                BatchStream none = BatchStream.openAt(8, numbered(66), batching, 2)) {
            assertThat(rest.batches()).isEqualTo(8);
            assertThat(labels(rest)).isEqualTo(labels(whole).subList(3 * 8, 8 * 8));
            assertThat(none.hasNext()).isFalse();
        }
    }

    @Test
    void keepsTheStoredOrderWhenNotShuffled() {
        try (BatchStream batches = BatchStream.open(numbered(50), Batching.inOrder(8), 9)) {
            assertThat(labels(batches)).isEqualTo(IntStream.range(0, 50).boxed().toList());
        }
    }

    @Test
    void ordersEveryEpochAnewButEachAlwaysTheSame() {
        Dataset data = numbered(64);
        Set<List<Integer>> orders = new HashSet<>();
        for (int epoch = 0; epoch < 5; epoch++) {
            for (int threads = 1; threads < 4; threads++) {
                Batching batching = Batching.training(8, Augmentation.NONE, 11);
                try (BatchStream batches = BatchStream.open(data, batching, epoch, threads)) {
                    orders.add(labels(batches));
                }
            }
        }
        assertThat(orders).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({"1,0,0", "3,0,0", "16,0.4,0", "16,0,0.5", "3,0.4,0.5", "40,0.4,0.5"})
    void augmentsAnExampleAlikeInEveryBatchAndThread(int size, double jitter, double erasing) {
        Dataset data = numbered(40);
        Augmentation augmentation =
                new Augmentation(1, true, new ColourJitter(jitter, jitter, 0), erasing);
        Map<Integer, List<Float>> expected = contents(data, 40, 1, augmentation);
        assertThat(contents(data, size, 3, augmentation)).isEqualTo(expected);
        assertThat(contents(data, size, 3, Augmentation.NONE)).isNotEqualTo(expected);
    }

    private static Map<Integer, List<Float>> contents(
            Dataset data, int size, int threads, Augmentation augmentation) {
        Map<Integer, List<Float>> byLabel = new java.util.HashMap<>();
        Batching batching = new Batching(size, true, false, augmentation, 7);
        try (BatchStream batches = BatchStream.open(data, batching, 2, threads)) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                float[] values = batch.inputs().get("x").toFloats();
                for (int i = 0; i < batch.size(); i++) {
                    List<Float> image = new ArrayList<>();
                    for (int j = 0; j < 9; j++) {
                        image.add(values[i * 9 + j]);
                    }
                    byLabel.put(batch.labels()[i], image);
                }
                batches.recycle(batch);
            }
        }
        return byLabel;
    }

    @Test
    void givesDirectMemoryThatIsUsedAgainOnlyWhenGivenBack() {
        Dataset data = numbered(64);
        try (BatchStream batches = BatchStream.open(data, Batching.inOrder(4), 0, 1)) {
            List<Batch> kept = new ArrayList<>();
            List<Tensor> copies = new ArrayList<>();
            while (batches.hasNext()) {
                Batch batch = batches.next();
                Tensor x = batch.inputs().get("x");
                assertThat(x.bytes().isDirect()).isTrue();
                kept.add(batch);
                copies.add(Tensor.ofFloats(x.shape(), x.toFloats()));
            }
            for (int i = 0; i < kept.size(); i++) {
                assertThat(kept.get(i).inputs().get("x")).isEqualTo(copies.get(i));
            }
        }
    }

    @Test
    void handsTheErrorOfAnExampleOnAndStops() {
        Dataset failing = new Failing(20, 10);
        try (BatchStream batches = BatchStream.open(failing, Batching.inOrder(4), 0, 2)) {
            assertThat(batches.next().labels()).containsExactly(0, 1, 2, 3);
            batches.next();
            assertThatThrownBy(batches::next)
                    .isInstanceOf(DataException.class)
                    .hasMessage("example 10 is broken");
            assertThat(batches.hasNext()).isFalse();
        }
    }

    @Test
    void isNeverFurtherAheadThanTwoBatchesAThread() {
        Failing counted = new Failing(1000, -1);
        try (BatchStream batches = BatchStream.open(counted, Batching.inOrder(1), 0, 2)) {
            for (int i = 0; i < 100; i++) {
                batches.next();
                assertThat(counted.made.get()).isLessThanOrEqualTo(i + 1 + 4);
            }
        }
    }

    @Test
    void closesInTheMiddleAndLeavesNoThread() throws Exception {
        for (int i = 0; i < 20; i++) {
            BatchStream batches =
                    BatchStream.open(numbered(100), Batching.inOrder(3), 0, 1 + i % 3);
            for (int taken = 0; taken < i % 5; taken++) {
                batches.next();
            }
            batches.close();
            batches.close();
            assertThat(batches.hasNext()).isFalse();
            assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("espalier-batches")) {
                thread.join(10_000);
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }

    @Test
    void hasNoBatchesOfNoExamples() {
        try (BatchStream batches = BatchStream.open(numbered(0), Batching.inOrder(4), 0)) {
            assertThat(batches.hasNext()).isFalse();
        }
    }

    /** Throws at one example and counts the batches it made. */
    private static final class Failing implements Dataset {
        private final int size;
        private final int broken;
        private final AtomicInteger made = new AtomicInteger();

        Failing(int size, int broken) {
            this.size = size;
            this.broken = broken;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int classes() {
            return size;
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return Map.of("x", new TensorType(DataType.FLOAT, Shape.of(1)));
        }

        @Override
        public Batch batch(int[] indices, Augmentation augmentation, long seed) {
            made.incrementAndGet();
            for (int index : indices) {
                if (index == broken) {
                    throw new DataException("example " + index + " is broken");
                }
            }
            Tensor x = Tensor.ofFloats(Shape.of(indices.length, 1), new float[indices.length]);
            return new Batch(Map.of("x", x), indices);
        }
    }
}
