package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.onnx.OnnxWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrtRunnerTest {
    private static final Shape THREE = Shape.of(3);
    private static final Tensor X = Tensor.ofFloats(THREE, -2f, 0.5f, 3f);

    private final OrtRunner runner = new OrtRunner(SessionSettings.DEFAULT.withThreads(1));

    @Test
    void returnsTheOutputsInTheModelsOrder() {
        try (OrtModel model = runner.open(SmallModels.chain(THREE))) {
            Map<String, Tensor> result = model.run(Map.of("x", X));
            assertThat(result.keySet()).containsExactly("y", "z");
            assertThat(result.get("y").toFloats()).containsExactly(0f, 3f, 8f);
            assertThat(result.get("z").toFloats()).containsExactly(-3f, -0.5f, 2f);
        }
    }

    @Test
    void returnsIntermediateValuesInTheOrderAskedFor() {
        try (OrtModel model = runner.open(SmallModels.chain(THREE), List.of("z", "h", "r"))) {
            Map<String, Tensor> result = model.run(Map.of("x", X));
            assertThat(result.keySet()).containsExactly("z", "h", "r");
            assertThat(result.get("h").toFloats()).containsExactly(-1f, 1.5f, 4f);
            assertThat(result.get("r").toFloats()).containsExactly(0f, 1.5f, 4f);
        }
    }

    @Test
    void returnsInputsAndWeightsWhenAskedFor() {
        try (OrtModel model =
                runner.open(SmallModels.chain(THREE), List.of("x", "one", "h", "x"))) {
            Map<String, Tensor> result = model.run(Map.of("x", X));
            assertThat(result.keySet()).containsExactly("x", "one", "h");
            assertThat(result.get("x")).isEqualTo(X);
            assertThat(result.get("one").toFloats()).containsExactly(1f);
        }
    }

    @Test
    void infersTheTypeOfAnIntermediateValue() {
        Model model =
                SmallModels.of(
                        List.of(SmallModels.value("x", DataType.FLOAT, THREE)),
                        List.of(SmallModels.value("y", DataType.FLOAT, THREE)),
                        List.of(
                                Initializer.of("scale", Tensor.scalar(0.5f)),
                                Initializer.of(
                                        "zero",
                                        Tensor.of(
                                                DataType.UINT8,
                                                Shape.SCALAR,
                                                ByteBuffer.allocate(1)))),
                        Node.of(
                                "q",
                                "QuantizeLinear",
                                List.of("x", "scale", "zero"),
                                List.of("codes"),
                                Attributes.NONE),
                        Node.of(
                                "dq",
                                "DequantizeLinear",
                                List.of("codes", "scale", "zero"),
                                List.of("y"),
                                Attributes.NONE));
        try (OrtModel session = runner.open(model, List.of("codes", "y"))) {
            Tensor codes = session.run(Map.of("x", X)).get("codes");
            assertThat(codes.dataType()).isEqualTo(DataType.UINT8);
            assertThat(codes.toLongs()).containsExactly(0, 1, 6);
        }
    }

    @Test
    void keepsAnInputThatNothingNeedsAnyMore() {
        Model model =
                SmallModels.of(
                        List.of(
                                SmallModels.value("a", DataType.FLOAT, THREE),
                                SmallModels.value("b", DataType.FLOAT, THREE)),
                        List.of(SmallModels.value("y", DataType.FLOAT, THREE)),
                        List.of(),
                        Node.of("relu", "Relu", List.of("a"), List.of("r"), Attributes.NONE),
                        Node.of("add", "Add", List.of("r", "b"), List.of("y"), Attributes.NONE));
        try (OrtModel session = runner.open(model, List.of("r"))) {
            assertThat(session.run(Map.of("a", X, "b", X)).get("r").toFloats())
                    .containsExactly(0f, 0.5f, 3f);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {
                "FLOAT",
                "DOUBLE",
                "FLOAT16",
                "BFLOAT16",
                "UINT8",
                "INT8",
                "INT16",
                "INT32",
                "INT64",
                "BOOL"
            })
    void carriesEveryFedTypeBothWaysBitForBit(DataType type) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes(6))];
        SplittableRandom random = new SplittableRandom(type.id());
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (type == DataType.BOOL ? random.nextInt(2) : random.nextInt(100));
        }
        for (boolean direct : new boolean[] {false, true}) {
            ByteBuffer buffer =
                    direct
                            ? ByteBuffer.allocateDirect(bytes.length).put(bytes).flip()
                            : ByteBuffer.wrap(bytes);
            Tensor x = Tensor.of(type, Shape.of(2, 3), buffer);
            try (OrtModel model = runner.open(SmallModels.identity(type, Shape.of(2, 3)))) {
                assertThat(model.run(Map.of("x", x)).get("y")).isEqualTo(x);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"UINT16", "UINT32", "UINT64"})
    void returnsUnsignedTypesButRefusesToFeedThem(DataType type) {
        Tensor x = Tensor.ofLongs(THREE, 0, 7, 65535);
        try (OrtModel model = runner.open(SmallModels.cast(DataType.INT64, type, THREE))) {
            Tensor y = model.run(Map.of("x", x)).get("y");
            assertThat(y.dataType()).isEqualTo(type);
            assertThat(y.toLongs()).containsExactly(0, 7, 65535);
            try (OrtModel back = runner.open(SmallModels.cast(type, DataType.INT64, THREE))) {
                assertThatThrownBy(() -> back.run(Map.of("x", y)))
                        .isInstanceOf(UnsupportedModelException.class)
                        .hasMessageContaining(type.name().toLowerCase(java.util.Locale.ROOT));
            }
        }
    }

    @Test
    void carriesStrings() {
        Tensor x = Tensor.ofStrings(Shape.of(2, 2), List.of("a", "", "äß", "d"));
        try (OrtModel model = runner.open(SmallModels.identity(DataType.STRING, Shape.of(2, 2)))) {
            assertThat(model.run(Map.of("x", x)).get("y")).isEqualTo(x);
        }
    }

    @Test
    void carriesScalarsAndEmptyTensors() {
        try (OrtModel model = runner.open(SmallModels.identity(DataType.FLOAT, Shape.SCALAR))) {
            Tensor x = Tensor.scalar(4f);
            assertThat(model.run(Map.of("x", x)).get("y")).isEqualTo(x);
        }
        Shape open = Shape.of(List.of(new Dim.Symbolic("N"), Dim.of(3)));
        try (OrtModel model = runner.open(SmallModels.identity(DataType.FLOAT, open))) {
            Tensor x = Tensor.ofFloats(Shape.of(0, 3));
            assertThat(model.run(Map.of("x", x)).get("y")).isEqualTo(x);
            Tensor two = Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
            assertThat(model.run(Map.of("x", two)).get("y")).isEqualTo(two);
        }
    }

    @Test
    void tellsTheTypesOfInputsAndOutputs() {
        Shape open = Shape.of(List.of(new Dim.Symbolic("N"), Dim.of(3), Dim.UNKNOWN));
        try (OrtModel model = runner.open(SmallModels.chain(open))) {
            assertThat(model.inputs()).containsExactly(Map.entry("x", floats(open)));
            assertThat(model.outputs().keySet()).containsExactly("y", "z");
        }
    }

    private static TensorType floats(Shape shape) {
        return new TensorType(DataType.FLOAT, shape);
    }

    @Test
    void opensAFile(@TempDir Path folder) {
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(SmallModels.chain(THREE), file);
        try (OrtModel model = runner.open(file)) {
            assertThat(model.run(Map.of("x", X)).get("y").toFloats()).containsExactly(0f, 3f, 8f);
        }
    }

    @Test
    void refusesADamagedFileBeforeNativeCodeSeesIt(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("m.onnx");
        byte[] bytes = OnnxWriter.toBytes(SmallModels.chain(THREE));
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 5));
        assertThatThrownBy(() -> runner.open(file))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("m.onnx");
        assertThatThrownBy(() -> runner.open(folder.resolve("absent.onnx")))
                .isInstanceOf(ModelFormatException.class);
    }

    @Test
    void loadsAModelTooLargeForMemoryThroughAFile() {
        OrtRunner small = new OrtRunner(SessionSettings.DEFAULT, 1);
        try (OrtModel model = small.open(SmallModels.chain(THREE))) {
            assertThat(model.run(Map.of("x", X)).get("y").toFloats()).containsExactly(0f, 3f, 8f);
        }
    }

    @Test
    void namesTheNodeThatTheRuntimeDoesNotKnow() {
        Model model =
                SmallModels.of(
                        List.of(SmallModels.value("x", DataType.FLOAT, THREE)),
                        List.of(SmallModels.value("y", DataType.FLOAT, THREE)),
                        List.of(),
                        Node.of(
                                "strange",
                                "NoSuchOp",
                                List.of("x"),
                                List.of("y"),
                                Attributes.NONE));
        assertThatThrownBy(() -> runner.open(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("ONNX Runtime cannot load the model: ")
                .hasMessageContaining("NoSuchOp")
                .hasMessageContaining("strange");
    }

    @Test
    void namesTheNodeThatFailsInARun() {
        Shape open = Shape.of(List.of(new Dim.Symbolic("N")));
        Model model =
                SmallModels.of(
                        List.of(SmallModels.value("x", DataType.FLOAT, open)),
                        List.of(SmallModels.value("y", DataType.FLOAT, Shape.of(2, 2))),
                        List.of(Initializer.of("s", Tensor.ofLongs(Shape.of(2), 2, 2))),
                        Node.of(
                                "fold",
                                "Reshape",
                                List.of("x", "s"),
                                List.of("y"),
                                Attributes.NONE));
        try (OrtModel session = runner.open(model)) {
            assertThatThrownBy(() -> session.run(Map.of("x", X)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageStartingWith("ONNX Runtime cannot run the model: ")
                    .hasMessageContaining("fold")
                    .hasMessageNotContaining(".cc")
                    .hasMessageNotContaining(".h:");
        }
    }

    @Test
    void refusesWrongFeedsAndValues() {
        Model chain = SmallModels.chain(THREE);
        assertThatThrownBy(() -> runner.open(chain, List.of("nothing")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'nothing'");
        assertThatThrownBy(() -> runner.open(chain, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        try (OrtModel model = runner.open(chain)) {
            assertThatThrownBy(() -> model.run(Map.of("w", X)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the model takes the inputs [x], found [w]");
            assertThatThrownBy(() -> model.run(Map.of("x", Tensor.ofLongs(THREE, 1, 2, 3))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("input 'x' is float[3], found int64[3]");
            assertThatThrownBy(() -> model.run(Map.of("x", Tensor.ofFloats(Shape.of(2), 1, 2))))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("Expected: 3");
        }
    }

    @Test
    void refusesToRunOnceClosedAndClosesTwice() {
        OrtModel model = runner.open(SmallModels.chain(THREE));
        model.close();
        model.close();
        assertThatThrownBy(() -> model.run(Map.of("x", X)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void runsOnManyThreadsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (OrtModel model = runner.open(SmallModels.chain(THREE))) {
            List<Callable<float[]>> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Tensor x = Tensor.ofFloats(THREE, i, i + 1, i + 2);
                tasks.add(() -> model.run(Map.of("x", x)).get("y").toFloats());
            }
            List<Future<float[]>> results = threads.invokeAll(tasks);
            for (int i = 0; i < 200; i++) {
                assertThat(results.get(i).get())
                        .containsExactly(2f * (i + 1), 2f * (i + 2), 2f * (i + 3));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(SessionSettings.Optimization.class)
    void givesTheSameAtEveryOptimizationLevel(SessionSettings.Optimization level) {
        OrtRunner at = new OrtRunner(new SessionSettings(2, level, false));
        try (OrtModel model = at.open(SmallModels.chain(THREE))) {
            assertThat(model.run(Map.of("x", X)).get("y").toFloats()).containsExactly(0f, 3f, 8f);
        }
    }

    @Test
    void keepsNativeMemoryFlatOverThousandsOfRuns() throws Exception {
        Shape large = Shape.of(64, 1024);
        ByteBuffer bytes = ByteBuffer.allocate(64 * 1024 * 4).order(ByteOrder.LITTLE_ENDIAN);
        Tensor x = Tensor.of(DataType.FLOAT, large, bytes);
        try (OrtModel model = runner.open(SmallModels.chain(large))) {
            run(model, x, 500);
            touchTheWholeHeap();
            long before = residentKilobytes();
            org.junit.jupiter.api.Assumptions.assumeTrue(before > 0, "no /proc/self/statm here");
            long direct = directBytes();
            run(model, x, 3000);
            // One leaked tensor a run would be 750 MB; heap growth is far below 200 MB.
            assertThat(residentKilobytes() - before).isLessThan(200_000);
            assertThat(directBytes() - direct).isLessThan(4L << 20);
        }
    }

    private static void run(OrtModel model, Tensor x, int times) {
        for (int i = 0; i < times; i++) {
            model.run(Map.of("x", x));
        }
    }

    /** Until the collector has been through the young space, which does not grow after that. */
    private static void touchTheWholeHeap() {
        java.util.function.LongSupplier collections =
                () ->
                        java.lang.management.ManagementFactory.getGarbageCollectorMXBeans().stream()
                                .mapToLong(bean -> bean.getCollectionCount())
                                .sum();
        long enough = collections.getAsLong() + 3;
        byte[][] kept = new byte[16][];
        for (int i = 0; collections.getAsLong() < enough; i++) {
            kept[i % kept.length] = new byte[1 << 20];
        }
    }

    private static long directBytes() {
        return java.lang.management.ManagementFactory.getPlatformMXBeans(
                        java.lang.management.BufferPoolMXBean.class)
                .stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(java.lang.management.BufferPoolMXBean::getTotalCapacity)
                .sum();
    }

    private static long residentKilobytes() throws Exception {
        Path statm = Path.of("/proc/self/statm");
        return Files.isReadable(statm)
                ? Long.parseLong(Files.readString(statm).split(" ")[1]) * 4
                : 0;
    }
}
