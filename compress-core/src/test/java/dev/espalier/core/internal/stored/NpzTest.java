package dev.espalier.core.internal.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.ColourJitter;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.SmallData;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.testkit.NpzFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpzTest {
    @TempDir private Path folder;

    static byte[] npy(String descr, String shape, byte[] data) {
        return NpzFile.npy(
                "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }",
                data);
    }

    static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }

    static TensorType input(DataType type, long... sample) {
        List<Dim> dims = new java.util.ArrayList<>();
        dims.add(Dim.UNKNOWN);
        Arrays.stream(sample).mapToObj(Dim::of).forEach(dims::add);
        return new TensorType(type, Shape.of(dims));
    }

    private static DataSplits open(
            Path path, Map<String, TensorType> inputs, Preprocess preprocess) {
        return DataLoader.open(
                new DataConfig(DataConfig.Format.NPZ, path, preprocess, 512, 0), inputs, 1);
    }

    /** The test part of train.npz and test.npz with these arrays. */
    private Dataset test(Map<String, byte[]> arrays, TensorType x) throws IOException {
        return test(folder, arrays, x);
    }

    /** The same in {@code folder}. */
    static Dataset test(Path folder, Map<String, byte[]> arrays, TensorType x) throws IOException {
        NpzFile.writeEntries(folder.resolve("train.npz"), arrays);
        NpzFile.writeEntries(folder.resolve("test.npz"), arrays);
        return open(folder, Map.of("x", x), Preprocess.DEFAULT).test();
    }

    private static float[] all(Dataset data, String input) {
        int[] indices = new int[data.size()];
        Arrays.setAll(indices, i -> i);
        return data.batch(indices).inputs().get(input).toFloats();
    }

    @Test
    void readsArraysAndLabels() throws Exception {
        Dataset data =
                test(
                        Map.of(
                                "x", npy("<f4", "(2, 3)", floats(1, 2, 3, 4, 5, 6)),
                                "labels", npy("<i8", "(2,)", longs(4, 0))),
                        input(DataType.FLOAT, 3));
        assertThat(all(data, "x")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(data.batch(new int[] {0, 1}).labels()).containsExactly(4, 0);
        assertThat(data.classes()).isEqualTo(5);
    }

    @Test
    void readsWhatIsWrittenFromTensors() throws Exception {
        Map<String, Tensor> arrays =
                Map.of(
                        "x", Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6),
                        "labels", Tensor.ofLongs(Shape.of(2), 4, 0));
        NpzFile.write(folder.resolve("train.npz"), arrays);
        NpzFile.write(folder.resolve("test.npz"), arrays);
        Dataset data =
                open(folder, Map.of("x", input(DataType.FLOAT, 3)), Preprocess.DEFAULT).test();

        assertThat(all(data, "x")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(data.batch(new int[] {0, 1}).labels()).containsExactly(4, 0);
    }

    @Test
    void readsFloatTargets() throws Exception {
        Dataset data =
                test(
                        Map.of(
                                "x", npy("<f4", "(2, 1)", floats(1, 2)),
                                "targets", npy("<f4", "(2, 1, 2)", floats(1, 2, 3, 4.5f))),
                        input(DataType.FLOAT, 1));
        assertThat(data.targetShape()).contains(Shape.of(1, 2));
        assertThat(data.classes()).isZero();
        Batch batch = data.batch(new int[] {1});
        assertThat(batch.targets().orElseThrow().shape()).isEqualTo(Shape.of(1, 1, 2));
        assertThat(batch.targets().orElseThrow().toFloats()).containsExactly(3, 4.5f);
        Dataset single =
                test(
                        Map.of(
                                "any", npy("<f4", "(2, 1)", floats(1, 2)),
                                "targets", npy("<f4", "(2,)", floats(7, 8))),
                        input(DataType.FLOAT, 1));
        assertThat(single.targetShape()).contains(Shape.of(1));
    }

    @Test
    void refusesTargetsThatAreNotOneForEachExampleOrNoNumbers() {
        assertThatThrownBy(() -> targets("(3,)", floats(1, 2, 3)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("expected one row for each of 2 examples");
        assertThatThrownBy(() -> targets("(2,)", floats(1, Float.NaN)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("array 'targets' of")
                .hasMessageContaining("holds NaN at element 1");
    }

    private void targets(String shape, byte[] values) throws IOException {
        test(
                Map.of(
                        "x", npy("<f4", "(2, 1)", floats(1, 2)),
                        "targets", npy("<f4", shape, values)),
                input(DataType.FLOAT, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "<f8, 000000000000f83f000000000000e0bf, 1.5, -0.5",
        ">f8, 3ff8000000000000bfe0000000000000, 1.5, -0.5",
        "<f4, 0000c03f000000bf, 1.5, -0.5",
        ">f4, 3fc00000bf000000, 1.5, -0.5",
        "<f2, 003e00b8, 1.5, -0.5",
        "|i1, 7f80, 127, -128",
        "<i2, ff7f0080, 32767, -32768",
        ">u2, 01008000, 256, 32768",
        "<u4, 00000080ffff0000, 2147483648, 65535",
        "<i4, 01000000ffffffff, 1, -1",
        "<i8, 0100000000000000ffffffffffffffff, 1, -1",
        "<u8, 01000000000000000200000000000000, 1, 2",
        "|b1, 0001, 0, 1"
    })
    void readsNumbersOfEveryType(String descr, String hex, double first, double second)
            throws Exception {
        byte[] data = java.util.HexFormat.of().parseHex(hex);
        Dataset found = test(Map.of("x", npy(descr, "(1, 2)", data)), input(DataType.FLOAT, 2));
        assertThat(all(found, "x")).containsExactly((float) first, (float) second);
    }

    @Test
    void readsBytesAsImages() throws Exception {
        byte[] pixels = SmallData.random(2 * 4 * 5 * 3, 1);
        Dataset data =
                test(
                        Map.of("x", npy("|u1", "(2, 4, 5, 3)", pixels)),
                        input(DataType.FLOAT, 3, 4, 5));
        // Interleaved colour: channel 2 of pixel (1, 2) of the second image.
        assertThat(all(data, "x")[60 + 2 * 20 + 7])
                .isEqualTo((pixels[60 + 7 * 3 + 2] & 0xff) / 255f);
    }

    @Test
    void normalisesTheChannelsOfFloatsAndPadsWithWhatZeroBecomes() throws Exception {
        NpzFile.writeEntries(
                folder.resolve("all.npz"),
                Map.of("x", npy("<f4", "(2, 2, 1, 2)", floats(1, 2, 3, 4, 5, 6, 7, 8))));
        Preprocess preprocess = Preprocess.of(2, List.of(1.0, 0.0), List.of(0.5, 4.0));
        DataSplits splits =
                open(
                        folder.resolve("all.npz"),
                        Map.of("x", input(DataType.FLOAT, 2, 1, 2)),
                        preprocess);
        Dataset data = splits.training();
        assertThat(data.size()).isEqualTo(1);
        float[] plain = all(data, "x");
        boolean first = plain[0] == -1f;
        assertThat(plain)
                .containsExactly(
                        first ? new float[] {-1, 0, .375f, .5f} : new float[] {3, 4, .875f, 1});
        boolean shifted = false;
        for (long seed = 0; seed < 50; seed++) {
            float[] moved =
                    data.batch(new int[] {0}, new Augmentation(1, false), seed)
                            .inputs()
                            .get("x")
                            .toFloats();
            // A padded 0 is (0 / 2 - 1) / 0.5 = -2 in the first channel and 0 in the second.
            shifted |= moved[0] == -2 && moved[1] == plain[0] && moved[3] == plain[2];
        }
        assertThat(shifted).isTrue();
    }

    @Test
    void changesColoursOfBytesAndRefusesThoseOfOtherNumbers() throws Exception {
        Augmentation jitter = new Augmentation(0, false, new ColourJitter(0.5, 0, 0), 0);
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("x", npy("|u1", "(2, 1, 1, 2)", new byte[] {100, 50, 100, 50}));
        arrays.put("targets", npy("<f4", "(2,)", floats(1, 2)));
        NpzFile.writeEntries(folder.resolve("all.npz"), arrays);
        Map<String, TensorType> inputs = Map.of("x", input(DataType.FLOAT, 1, 1, 2));
        Dataset bytes =
                open(folder.resolve("all.npz"), inputs, Preprocess.of(1, List.of(), List.of()))
                        .training();
        float[] found = bytes.batch(new int[] {0}, jitter, 1).inputs().get("x").toFloats();
        assertThat(found[0]).isBetween(50f, 150f).isNotEqualTo(100f);
        assertThat(found[1]).isCloseTo(found[0] / 2, within(1f));
        NpzFile.writeEntries(
                folder.resolve("all.npz"),
                Map.of("x", npy("<f4", "(2, 1, 1, 2)", floats(1, 2, 3, 4))));
        Dataset numbers = open(folder.resolve("all.npz"), inputs, Preprocess.DEFAULT).training();
        assertThatThrownBy(() -> numbers.batch(new int[] {0}, jitter, 1))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("colour jitter needs images stored as bytes")
                .hasMessageContaining("float[1,1,2]");
        Augmentation erasing = new Augmentation(0, false, ColourJitter.NONE, 1);
        assertThat(numbers.batch(new int[] {0}, erasing, 1).inputs().get("x").toFloats())
                .contains(0f);
    }

    @Test
    void refusesToEraseWhatIsNoImage() throws Exception {
        NpzFile.writeEntries(
                folder.resolve("all.npz"), Map.of("x", npy("<f4", "(2, 2)", floats(1, 2, 3, 4))));
        Dataset rows =
                open(
                                folder.resolve("all.npz"),
                                Map.of("x", input(DataType.FLOAT, 2)),
                                Preprocess.DEFAULT)
                        .training();
        Augmentation erasing = new Augmentation(0, false, ColourJitter.NONE, 0.5);
        assertThatThrownBy(() -> rows.batch(new int[] {0}, erasing, 1))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("augmentation needs images [C, H, W]");
    }

    @Test
    void feedsSeveralInputsAndKeepsIntegers() throws Exception {
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("ids", npy("<i8", "(4, 2)", longs(1, 2, 3, 4, 5, 6, 1L << 40, 8)));
        arrays.put("mask", npy("<f4", "(4, 2)", floats(1, 1, 1, 0, 1, 1, 0, 0)));
        arrays.put("y", npy("|i1", "(4, 1)", new byte[] {0, 1, 0, 1}));
        NpzFile.writeEntries(folder.resolve("train.npz"), arrays);
        NpzFile.writeEntries(folder.resolve("test.npz"), arrays);
        Map<String, TensorType> inputs = new LinkedHashMap<>();
        inputs.put("ids", input(DataType.INT64, 2));
        inputs.put("mask", input(DataType.FLOAT, 2));
        Dataset test = open(folder, inputs, Preprocess.DEFAULT).test();
        Batch batch = test.batch(new int[] {3, 1});
        assertThat(batch.inputs().get("ids").toLongs()).containsExactly(1L << 40, 8, 3, 4);
        assertThat(batch.inputs().get("mask").toFloats()).containsExactly(0, 0, 1, 0);
        assertThat(batch.labels()).containsExactly(1, 1);
    }

    @Test
    void takesTheOnlyArrayForTheOnlyInputAndSeesRowsInTheInputsShape() throws Exception {
        Dataset data =
                test(
                        Map.of(
                                "pictures", npy("<f4", "(1, 4)", floats(1, 2, 3, 4)),
                                "y", npy("<i8", "(1,)", longs(0))),
                        input(DataType.FLOAT, 1, 2, 2));
        assertThat(data.sampleTypes().get("x").shape()).isEqualTo(Shape.of(1, 2, 2));
    }

    @Test
    void holdsOutOfASingleFile() throws Exception {
        float[] values = new float[40];
        byte[] labels = SmallData.labels(40, 2);
        NpzFile.writeEntries(
                folder.resolve("all.npz"),
                Map.of(
                        "x", npy("<f4", "(40, 1)", floats(values)),
                        "y", npy("|u1", "(40,)", labels)));
        DataSplits splits =
                open(
                        folder.resolve("all.npz"),
                        Map.of("x", input(DataType.FLOAT, 1)),
                        Preprocess.DEFAULT);
        assertThat(splits.test().size()).isEqualTo(4);
        assertThat(splits.training().size()).isEqualTo(36);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'descr': '<f4', 'fortran_order': True, 'shape': (2, 1),; Fortran order",
                "'descr': '<c8', 'fortran_order': False, 'shape': (2, 1),; expected numbers",
                "'descr': '|O', 'fortran_order': False, 'shape': (2, 1),; expected numbers",
                "'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 1),; too large",
                "'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999),; 2 GiB",
                "'descr': '<f4', 'fortran_order': False, 'shape': (3, 1),; cut off",
                "'descr': '<f4', 'fortran_order': False, 'shape': (1, 1),; holds more",
                "'descr': '<f1', 'fortran_order': False, 'shape': (2, 1),; element type f1",
                "'descr': '<f4', 'fortran_order': False, 'shape': (),; holds more",
                "'descr': '<f4', 'fortran_order': False, 'shape': (0, 1),; holds more",
                "nothing; expected numbers"
            })
    void refusesHeadersThatMakeNoSense(String header, String words) {
        byte[] array = NpzFile.npy("{" + header + " }", floats(1, 2));
        assertThatThrownBy(() -> test(Map.of("x", array), input(DataType.FLOAT, 1)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining(words);
    }

    @Test
    void refusesArraysAndLabelsThatDoNotFit() {
        byte[] x = npy("<f4", "(2, 1)", floats(1, 2));
        refused(Map.of("a", x, "b", x), "none for the model's input 'x'");
        refused(Map.of("x", npy("<f4", "(2, 2)", floats(1, 2, 3, 4))), "float[?,1]");
        refused(Map.of("x", npy("<f4", "(2, 1)", floats(1, Float.NaN))), "finite");
        refused(Map.of("x", x, "y", npy("<i8", "(2,)", longs(0, -1))), "label -1");
        refused(Map.of("x", x, "y", npy("<i8", "(3,)", longs(0, 1, 2))), "expected 2 whole");
        refused(Map.of("x", x, "y", npy("<f4", "(2,)", floats(0, 1))), "expected 2 whole");
        refused(Map.of("x", npy("<f4", "(0, 1)", new byte[0])), "no examples");
    }

    private void refused(Map<String, byte[]> arrays, String words) {
        assertThatThrownBy(() -> test(arrays, input(DataType.FLOAT, 1)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @CsvSource({"'(2,)', true", "'(2, 1)', true", "'(1, 2)', false", "'(2, 1, 1)', false"})
    void takesLabelsThatAreOneForEachExample(String shape, boolean taken) throws Exception {
        Map<String, byte[]> arrays =
                Map.of(
                        "x", npy("<f4", "(2, 1)", floats(1, 2)),
                        "y", npy("<i8", shape, longs(0, 1)));
        if (taken) {
            assertThat(test(arrays, input(DataType.FLOAT, 1)).classes()).isEqualTo(2);
        } else {
            refused(arrays, "array 'y' of ");
            refused(arrays, "expected 2 whole numbers");
        }
    }

    @Test
    void refusesNumbersBeyondFloat32() throws Exception {
        byte[] large = doubles(1, 3.5e38);
        refused(Map.of("x", npy("<f8", "(2, 1)", large)), "array 'x' of ");
        refused(Map.of("x", npy("<f8", "(2, 1)", large)), "holds 3.5E38 at element 1");
        byte[] x = npy("<f4", "(2, 1)", floats(1, 2));
        refused(Map.of("x", x, "targets", npy("<f8", "(2,)", large)), "array 'targets' of ");
        byte[] largest = npy("<f8", "(2, 1)", doubles(1, 3.4e38));
        assertThat(all(test(Map.of("x", largest), input(DataType.FLOAT, 1)), "x"))
                .containsExactly(1, 3.4e38f);
        Preprocess small = Preprocess.of(1, List.of(), List.of(1e-3));
        assertThatThrownBy(() -> open(folder, Map.of("x", input(DataType.FLOAT, 1)), small))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("element 1 of array 'x' of ")
                .hasMessageContaining("becomes Infinity by preprocess");
    }

    private static byte[] doubles(double... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        return bytes.array();
    }

    @Test
    void namesAnAbsentFile() {
        assertThatThrownBy(
                        () ->
                                open(
                                        folder.resolve("no.npz"),
                                        Map.of("x", input(DataType.FLOAT, 1)),
                                        Preprocess.DEFAULT))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(
                        () ->
                                open(
                                        folder,
                                        Map.of("x", input(DataType.FLOAT, 1)),
                                        Preprocess.DEFAULT))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds no train.npz");
    }
}
