package dev.espalier.core.internal.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.SmallData;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxTest {
    @TempDir private Path folder;

    private DataSplits open(TensorType input) {
        return open(input, Preprocess.of(1, List.of(), List.of()));
    }

    private DataSplits open(TensorType input, Preprocess preprocess) {
        DataConfig config = DataConfig.of(DataConfig.Format.IDX, folder, preprocess);
        return DataLoader.open(config, "x", input, 1);
    }

    private void write(String ending, int... sizes) throws Exception {
        int total = Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
        for (String part : new String[] {"train", "t10k"}) {
            SmallData.idx(
                    folder.resolve(part + "-images-idx3-ubyte" + ending),
                    SmallData.random(total, 1),
                    sizes);
            SmallData.idx(
                    folder.resolve(part + "-labels-idx1-ubyte" + ending),
                    SmallData.labels(sizes[0], 4),
                    sizes[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".gz"})
    void readsGreyImages(String ending) throws Exception {
        write(ending, 20, 5, 3);
        DataSplits splits = open(SmallData.images(1, 5, 3));
        assertThat(splits.test().classes()).isEqualTo(4);
        Batch batch = splits.test().batch(new int[] {7});
        byte[] expected = SmallData.random(20 * 15, 1);
        float[] found = batch.inputs().get("x").toFloats();
        for (int i = 0; i < 15; i++) {
            assertThat(found[i]).isEqualTo(expected[7 * 15 + i] & 0xff);
        }
        assertThat(batch.labels()).containsExactly(3);
    }

    @Test
    void readsColourInBothLayouts() throws Exception {
        write("", 6, 3, 4, 5);
        float[] planar =
                open(SmallData.images(3, 4, 5))
                        .test()
                        .batch(new int[] {2})
                        .inputs()
                        .get("x")
                        .toFloats();
        byte[] stored = SmallData.random(6 * 60, 1);
        assertThat(planar[7]).isEqualTo(stored[2 * 60 + 7] & 0xff);
        write("", 6, 4, 5, 3);
        float[] interleaved =
                open(SmallData.images(3, 4, 5))
                        .test()
                        .batch(new int[] {2})
                        .inputs()
                        .get("x")
                        .toFloats();
        // channel 1, row 2, column 3 lies at (2 * 5 + 3) * 3 + 1
        assertThat(interleaved[20 + 13]).isEqualTo(stored[2 * 60 + 40] & 0xff);
    }

    @Test
    void saysWhichShapesDoNotFitAndWhatToDo() throws Exception {
        write("", 20, 5, 3);
        assertThatThrownBy(() -> open(SmallData.images(3, 5, 3)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("'x' takes float[N,3,5,3]")
                .hasMessageContaining("float[1,5,3]")
                .hasMessageContaining("preprocess");
    }

    @Test
    void resizesAndCropsWhenAsked() throws Exception {
        write("", 20, 9, 12);
        Preprocess sized = Preprocess.DEFAULT.withSize(Optional.of(6), Optional.of(5));
        DataSplits splits = open(SmallData.images(1, 5, 5), sized);
        assertThat(splits.training().sampleTypes().get("x").shape().sizes())
                .containsExactly(1, 5, 5);
    }

    @Test
    void refusesWhatIsCutOffTooLongOrOfAnotherType() throws Exception {
        write("", 20, 5, 3);
        Path images = folder.resolve("train-images-idx3-ubyte");
        byte[] good = Files.readAllBytes(images);
        Files.write(images, Arrays.copyOf(good, good.length - 1));
        refused("is cut off");
        Files.write(images, Arrays.copyOf(good, good.length + 1));
        refused("holds more than");
        Files.write(images, Arrays.copyOf(good, 10));
        refused("is cut off");
        Files.write(images, new byte[0]);
        refused("is cut off");
        byte[] doubles = good.clone();
        doubles[2] = 0x0e;
        Files.write(images, doubles);
        refused("type 0x0e");
        byte[] huge = good.clone();
        Arrays.fill(huge, 4, 16, (byte) 0x7f);
        Files.write(images, huge);
        refused("more than 2 GiB");
        byte[] negative = good.clone();
        negative[4] = (byte) 0x80;
        Files.write(images, negative);
        refused("gives the size -");
        Files.write(images, "hello, this is text".getBytes("UTF-8"));
        refused("no IDX file");
        SmallData.idx(images, SmallData.random(19 * 15, 1), 19, 5, 3);
        refused("19 images");
        SmallData.idx(images, new byte[0], 0, 5, 3);
        refused("holds");
    }

    @Test
    void refusesADamagedGzipFile() throws Exception {
        write(".gz", 20, 5, 3);
        Path images = folder.resolve("train-images-idx3-ubyte.gz");
        byte[] good = Files.readAllBytes(images);
        Files.write(images, Arrays.copyOf(good, good.length / 2));
        refused("train-images-idx3-ubyte.gz");
        Files.write(images, new byte[] {1, 2, 3});
        refused("train-images-idx3-ubyte.gz");
    }

    private void refused(String words) {
        assertThatThrownBy(() -> open(SmallData.images(1, 5, 3)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("train-images")
                .hasMessageContaining(words);
    }

    @Test
    void refusesAFolderWithoutImagesOrLabels() throws Exception {
        assertThatThrownBy(() -> open(SmallData.images(1, 5, 3)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("train-images");
        write("", 20, 5, 3);
        Files.delete(folder.resolve("train-labels-idx1-ubyte"));
        assertThatThrownBy(() -> open(SmallData.images(1, 5, 3)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no train-labels");
    }

    @Test
    void givesATenthForTheTestWhereThereIsNone() throws Exception {
        write("", 40, 5, 3);
        Files.delete(folder.resolve("t10k-images-idx3-ubyte"));
        DataSplits splits = open(SmallData.images(1, 5, 3));
        assertThat(splits.test().size()).isEqualTo(4);
        assertThat(splits.validation().size()).isEqualTo(4);
        assertThat(splits.training().size()).isEqualTo(32);
    }

    @Test
    void readsFashionMnist() {
        Path installed = Path.of("/usr/share/datasets/fashion-mnist");
        Assumptions.assumeTrue(
                Files.isDirectory(installed), "the package dataset-fashion-mnist is not installed");
        DataConfig config = DataConfig.of(DataConfig.Format.IDX, installed, Preprocess.DEFAULT);
        DataSplits splits = DataLoader.open(config, "x", SmallData.images(1, 28, 28), 1);
        assertThat(splits.training().size()).isEqualTo(54_000);
        assertThat(splits.validation().size()).isEqualTo(6_000);
        assertThat(splits.test().size()).isEqualTo(10_000);
        assertThat(splits.test().classes()).isEqualTo(10);
        // The first test image is an ankle boot, class 9.
        assertThat(splits.test().batch(new int[] {0}).labels()).containsExactly(9);
    }
}
