package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.onnx.OnnxReader;
import org.junit.jupiter.api.Test;

class TemporaryModelTest {
    @Test
    void isAFileThatLeavesNothingBehind() {
        Model model = SmallModels.chain(Shape.of(3));
        TemporaryModel file = TemporaryModel.write(model);
        assertThat(OnnxReader.read(file.path())).isEqualTo(model);
        file.delete();
        assertThat(file.folder()).doesNotExist();
        file.delete();
    }
}
