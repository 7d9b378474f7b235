package dev.espalier.core.internal.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTableTest {
    private static final TensorType TWO =
            new TensorType(DataType.FLOAT, Shape.of(List.of(Dim.UNKNOWN, Dim.of(2))));

    @TempDir private Path folder;

    private Dataset test(String table, TensorType input, Preprocess preprocess) throws Exception {
        Files.writeString(folder.resolve("train.csv"), table);
        Files.writeString(folder.resolve("test.csv"), table);
        DataConfig config = DataConfig.of(DataConfig.Format.CSV, folder, preprocess);
        return DataLoader.open(config, "x", input, 1).test();
    }

    private Dataset test(String table) throws Exception {
        return test(table, TWO, Preprocess.DEFAULT);
    }

    @Test
    void readsFeaturesInTheirOrderAroundTheLabel() throws Exception {
        Dataset data = test("width,Label,height\n1.5, 2 ,-3e1\n\"4\",0,5\n");
        Batch batch = data.batch(new int[] {0, 1});
        assertThat(batch.inputs().get("x").toFloats()).containsExactly(1.5f, -30f, 4f, 5f);
        assertThat(batch.labels()).containsExactly(2, 0);
        assertThat(data.classes()).isEqualTo(3);
    }

    @Test
    void readsAFileThatBeginsWithAByteOrderMark() throws Exception {
        assertThat(test("\ufeffy,a,b\n1,2,3\n").batch(new int[] {0}).labels()).containsExactly(1);
    }

    @Test
    void readsColumnsOfFloatTargets() throws Exception {
        Dataset data = test("a,target_x,b,Target_y\n1,-2.5,3,4\n5,6,7,8e-1\n");
        Batch batch = data.batch(new int[] {0, 1});
        assertThat(data.targetShape()).contains(Shape.of(2));
        assertThat(data.classes()).isZero();
        assertThat(batch.inputs().get("x").toFloats()).containsExactly(1, 3, 5, 7);
        assertThat(batch.targets().orElseThrow().toFloats()).containsExactly(-2.5f, 4, 6, 0.8f);
        assertThat(batch.targets().orElseThrow().shape()).isEqualTo(Shape.of(2, 2));
        assertThat(batch.labels()).containsExactly(-1, -1);
    }

    @Test
    void tablesWithoutTargetsHaveNone() throws Exception {
        Dataset data = test("a,b,label\n1,2,0\n");
        assertThat(data.targetShape()).isEmpty();
        assertThat(data.batch(new int[] {0}).targets()).isEmpty();
    }

    @Test
    void normalisesEachColumn() throws Exception {
        Preprocess preprocess = Preprocess.of(1, List.of(1.0, 2.0), List.of(2.0, 4.0));
        Dataset data = test("a,b,label\n3,10,0\n", TWO, preprocess);
        assertThat(data.batch(new int[] {0}).inputs().get("x").toFloats()).containsExactly(1f, 2f);
    }

    @Test
    void takesNumbersAtTheEndsOfFloat32() throws Exception {
        Dataset data = test("a,b,label\n3.4028235e38,-3.4028235e38,0\n1e-46,1,1\n");
        assertThat(data.batch(new int[] {0, 1}).inputs().get("x").toFloats())
                .containsExactly(Float.MAX_VALUE, -Float.MAX_VALUE, 0, 1);
    }

    @Test
    void refusesANumberThatPreprocessingMakesInfinite() {
        Preprocess preprocess = Preprocess.of(1, List.of(), List.of(1e-3));
        assertThatThrownBy(() -> test("a,b,label\n1,2,0\n1,1e37,0\n", TWO, preprocess))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("line 3 has 1.0E37 in column 'b'")
                .hasMessageContaining("becomes Infinity by preprocess");
    }

    @Test
    void seesARowInTheInputsShape() throws Exception {
        TensorType image =
                new TensorType(
                        DataType.FLOAT,
                        Shape.of(List.of(Dim.UNKNOWN, Dim.of(1), Dim.of(1), Dim.of(2))));
        Dataset data = test("label,p0,p1\n0,7,8\n", image, Preprocess.DEFAULT);
        assertThat(data.batch(new int[] {0}).inputs().get("x").shape())
                .isEqualTo(Shape.of(1, 1, 1, 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a,b,c|1,2,0; none of which is named 'label'",
                "a,b,label|1,x,0; test.csv line 2 has 'x' in column 'b'",
                "a,b,label|1,2,0|1,NaN,0; line 3 has 'NaN' in column 'b'",
                "a,b,label|1,2,0|1,1e39,0; line 3 has '1e39' in column 'b', beyond the range of float32",
                "a,b,label|-3.5e38,2,0; line 2 has '-3.5e38' in column 'a', beyond",
                "a,b,target|1,2,1e39; line 2 has '1e39' in column 'target', beyond",
                "a,b,label|1,-Infinity,0; has '-Infinity' in column 'b', expected a number",
                "a,b,label|1,2,-1; the label -1",
                "a,b,label|1,2,cat; the label 'cat'",
                "a,b,label|1,2,1.0; the label '1.0'",
                "a,b,label|1,2; has 2 fields, the header 3",
                "a,b,c,label|1,2,3,0; float[?,2]",
                "a,b,label; holds no examples",
                "label|0; no columns besides",
                "a,b,label|\"1,2,0; ",
                "'' ; "
            })
    void refusesATableThatDoesNotFit(String table, String words) {
        assertThatThrownBy(() -> test(table.strip().replace('|', '\n')))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(words == null ? "" : words)
                .hasMessageContaining(".csv");
    }
}
