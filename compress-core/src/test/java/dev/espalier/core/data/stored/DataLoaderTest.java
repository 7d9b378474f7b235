package dev.espalier.core.data.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.ColourJitter;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.SmallData;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.TensorType;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataLoaderTest {
    @TempDir private Path folder;

    private DataConfig config() {
        return DataConfig.of(DataConfig.Format.CIFAR10, folder, Preprocess.DEFAULT);
    }

    private static Model classifier(int classes) {
        return GraphText.parse(
                """
                graph (x: float[N,3,32,32]) -> (y: float[N,%d])
                w: float[%d,3072] = seed(1)
                f = Flatten(x)
                y = Gemm(f, w) {transB = 1}
                """
                        .formatted(classes, classes));
    }

    @Test
    void opensTheDataForAModel() throws Exception {
        SmallData.cifar10(folder, 50);
        DataSplits splits = DataLoader.open(config(), classifier(10), 3);
        assertThat(splits.training().sampleTypes().keySet()).containsExactly("x");
        assertThat(splits.training().size()).isEqualTo(90);
        assertThat(splits.validation().size()).isEqualTo(10);
        assertThat(splits.calibration().size()).isEqualTo(90);
    }

    @Test
    void refusesAModelOfAnotherNumberOfClasses() throws Exception {
        SmallData.cifar10(folder, 50);
        for (int classes : new int[] {9, 11}) {
            assertThatThrownBy(() -> DataLoader.open(config(), classifier(classes), 3))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("10 classes, the model tells " + classes + " apart");
        }
    }

    @Test
    void refusesAModelOfSeveralInputsForImages() throws Exception {
        SmallData.cifar10(folder, 50);
        TensorType type = SmallData.images(3, 32, 32);
        assertThatThrownBy(() -> DataLoader.open(config(), Map.of("a", type, "b", type), 3))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("cifar10 data feeds one, use npz");
    }

    @Test
    void refusesSettingsThatLeaveNothing() {
        assertThatThrownBy(
                        () ->
                                new DataConfig(
                                        DataConfig.Format.CSV, folder, Preprocess.DEFAULT, 0, 0.1))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(
                        () ->
                                new DataConfig(
                                        DataConfig.Format.CSV, folder, Preprocess.DEFAULT, 1, 1))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> new Augmentation(-1, true))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> new Augmentation(0, false, ColourJitter.NONE, 1.1))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("a probability from 0 to 1, found 1.1");
        assertThatThrownBy(() -> new ColourJitter(0, -0.1, 0))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("contrast must be from 0 to 1, found -0.1");
        assertThatThrownBy(() -> Batching.inOrder(0)).isInstanceOf(InvalidOptionException.class);
    }
}
