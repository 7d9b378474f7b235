package dev.espalier.train.internal.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A TorchScript module loaded into DJL's PyTorch engine. One call of {@link #run} is one native
 * call; what it allocates natively is freed before it returns. To be used by one thread and closed.
 */
public final class TorchModule implements AutoCloseable {
    private static final ReentrantLock RUNNING = new ReentrantLock();

    static {
        // The natives come from the class path. DJL shall neither download nor report home.
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
        if (System.getProperty("ai.djl.pytorch.graph_optimizer") == null) {
            System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        }
        // At exit LibTorch takes its tables down; a call still running then would crash the JVM.
        // The hook waits for that call, and the lock that it keeps holds back later ones.
        Runtime.getRuntime().addShutdownHook(new Thread(RUNNING::lock, "espalier-torch-exit"));
    }

    /** Measured when first asked for. */
    private static final class Blocks {
        static final int MEASURED = ChannelBlocks.measured();
    }

    private final NDManager manager;
    private final PtSymbolBlock block;
    private final NDArray door;
    private final List<ByteBuffer> staging = new ArrayList<>();

    private TorchModule(NDManager manager, PtSymbolBlock block) {
        this.manager = manager;
        this.block = block;
        this.door = manager.create(0f);
    }

    /**
     * Loads an archive that {@link TorchArchive} wrote.
     *
     * @throws UnsupportedModelException where Torch refuses the program
     */
    public static TorchModule load(byte[] archive) {
        NDManager manager = engine().newBaseManager();
        try {
            PtSymbolBlock block =
                    JniUtils.loadModule(
                            (PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
            // The optimizer specialises the program to what it saw in its first runs, which costs
            // them much time and makes results depend on how many runs went before.
            JniUtils.setGraphExecutorOptimize(false);
            return new TorchModule(manager, block);
        } catch (IOException | EngineException e) {
            manager.close();
            throw new UnsupportedModelException(
                    "Torch does not take the program of this model: " + e.getMessage(), e);
        }
    }

    public static Engine engine() {
        try {
            return Engine.getEngine("PyTorch");
        } catch (EngineException e) {
            throw new UnsupportedModelException(
                    "training needs LibTorch, which does not load on this machine ("
                            + System.getProperty("os.name")
                            + ", "
                            + System.getProperty("os.arch")
                            + "): "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * The number that the channels of a convolution, in each group, must be a multiple of to be
     * computed rightly on this machine; 1 on almost all. Found out once, by a small convolution.
     */
    public static int channelBlock() {
        return Blocks.MEASURED;
    }

    /** Threads that one native call may use. */
    public static int threads() {
        engine();
        return JniUtils.getNumThreads();
    }

    /** Sets {@link #threads} for the whole process. */
    public static void threads(int count) {
        engine();
        JniUtils.setNumThreads(count);
    }

    /** The tensors that {@code method} returns for {@code inputs}. */
    public List<Tensor> run(String method, List<Tensor> inputs) {
        try (NDManager scope = manager.newSubManager()) {
            NDList arguments = new NDList();
            for (int i = 0; i < inputs.size(); i++) {
                arguments.add(toArray(scope, inputs.get(i), i));
            }
            // Results belong to the first argument's scope, so the lasting one comes last.
            NDArray call = inputs.isEmpty() ? scope.create(0f) : door;
            call.setName("module_method:" + method);
            arguments.add(call);
            List<Tensor> results = new ArrayList<>();
            for (NDArray result : call(arguments)) {
                results.add(toTensor(result));
            }
            return results;
        } catch (EngineException e) {
            throw new UnsupportedModelException(
                    "Torch failed in this model's " + method + ": " + e.getMessage(), e);
        }
    }

    private NDList call(NDList arguments) {
        RUNNING.lock();
        try {
            // DJL's training flag: anything else would switch gradients off below the program.
            return IValueUtils.forward(block, arguments, true);
        } finally {
            RUNNING.unlock();
        }
    }

    private NDArray toArray(NDManager scope, Tensor tensor, int position) {
        Shape shape = new Shape(tensor.shape().sizes());
        return scope.create(direct(tensor.bytes(), position), shape, toTorch(tensor.dataType()));
    }

    /**
     * Memory outside the heap, where Torch reads it in place. It is used again for the argument at
     * the same position, since the JVM would free it late.
     */
    private ByteBuffer direct(ByteBuffer bytes, int position) {
        if (bytes.isDirect()) {
            return bytes;
        }
        while (staging.size() <= position) {
            staging.add(ByteBuffer.allocateDirect(0));
        }
        if (staging.get(position).capacity() < bytes.remaining()) {
            staging.set(position, ByteBuffer.allocateDirect(bytes.remaining()));
        }
        ByteBuffer copy = staging.get(position).clear().order(ByteOrder.LITTLE_ENDIAN);
        return copy.put(bytes).flip();
    }

    public static Tensor toTensor(NDArray array) {
        ByteBuffer bytes = array.toByteBuffer();
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(bytes).flip();
        dev.espalier.core.ir.Shape shape =
                dev.espalier.core.ir.Shape.of(
                        Arrays.copyOf(array.getShape().getShape(), array.getShape().dimension()));
        return Tensor.of(toCore(array.getDataType()), shape, copy);
    }

    private static DataType toTorch(dev.espalier.core.ir.DataType type) {
        return switch (type) {
            case FLOAT -> DataType.FLOAT32;
            case DOUBLE -> DataType.FLOAT64;
            case FLOAT16 -> DataType.FLOAT16;
            case INT64 -> DataType.INT64;
            case INT32 -> DataType.INT32;
            case INT8 -> DataType.INT8;
            case UINT8 -> DataType.UINT8;
            case BOOL -> DataType.BOOLEAN;
            default ->
                    throw new UnsupportedModelException(
                            "inputs of element type " + type + " cannot be fed to Torch");
        };
    }

    private static dev.espalier.core.ir.DataType toCore(DataType type) {
        return switch (type) {
            case FLOAT32 -> dev.espalier.core.ir.DataType.FLOAT;
            case FLOAT64 -> dev.espalier.core.ir.DataType.DOUBLE;
            case FLOAT16 -> dev.espalier.core.ir.DataType.FLOAT16;
            case INT64 -> dev.espalier.core.ir.DataType.INT64;
            case INT32 -> dev.espalier.core.ir.DataType.INT32;
            case INT8 -> dev.espalier.core.ir.DataType.INT8;
            case UINT8 -> dev.espalier.core.ir.DataType.UINT8;
            case BOOLEAN -> dev.espalier.core.ir.DataType.BOOL;
            default ->
                    throw new UnsupportedModelException(
                            "Torch returned elements of the type " + type);
        };
    }

    @Override
    public void close() {
        block.close();
        manager.close();
    }
}
