package dev.espalier.runtime.isolation;

import dev.espalier.core.OutputException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.runtime.TemporaryModel;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Opens and runs models in a process of its own, so that a model which ends the process that it
 * runs in ends that one. What comes back is whether all went well: whoever needs results then runs
 * the model himself. The process is started when it is first needed and serves one request at a
 * time; after a signal nothing is tried again, and the next model has a new process. Thread-safe.
 */
public final class Isolation implements AutoCloseable {
    private final Limits limits;
    private IsolatedProcess process;
    private int opened;

    public Isolation(Limits limits) {
        this.limits = limits;
    }

    /** A model that is open in isolation. */
    public final class Attempt implements AutoCloseable {
        private final IsolatedProcess home;
        private final int id;

        private Attempt(IsolatedProcess home, int id) {
            this.home = home;
            this.id = id;
        }

        /**
         * Runs the model once.
         *
         * @param feeds all inputs, by name
         * @throws UnsupportedModelException where ONNX Runtime refuses them, ends its process, or
         *     takes more than it may
         */
        public void run(Map<String, Tensor> feeds) {
            synchronized (Isolation.this) {
                home.ask(
                        "run the model",
                        limits.time(),
                        out -> {
                            begin(out, IsolatedMain.RUN, id);
                            TensorStream.write(out, feeds);
                        });
            }
        }

        /** Whether the process is gone, and did not only refuse. */
        public boolean isOver() {
            synchronized (Isolation.this) {
                return home.isOver();
            }
        }

        @Override
        public void close() {
            synchronized (Isolation.this) {
                if (!home.isOver()) {
                    home.tell(out -> begin(out, IsolatedMain.CLOSE, id));
                }
            }
        }
    }

    /**
     * Opens a file.
     *
     * @throws UnsupportedModelException where ONNX Runtime refuses it, ends its process, or takes
     *     more than it may
     * @throws OutputException where no process can be started
     */
    public Attempt open(Path file, SessionSettings settings) {
        return open(file, List.of(), settings);
    }

    /**
     * Opens a model so that its runs compute {@code values}.
     *
     * @throws UnsupportedModelException as {@link #open(Path, SessionSettings)} does
     * @throws OutputException where no process can be started, or the model cannot be written for
     *     it
     */
    public Attempt open(Model model, List<String> values, SessionSettings settings) {
        TemporaryModel file = TemporaryModel.write(model);
        try {
            return open(file.path(), values, settings);
        } finally {
            file.delete();
        }
    }

    private synchronized Attempt open(Path file, List<String> values, SessionSettings settings) {
        if (process == null || process.isOver()) {
            process = new IsolatedProcess(limits);
        }
        int id = opened++;
        process.ask(
                "open the model",
                limits.timeFor(file),
                out -> {
                    begin(out, IsolatedMain.OPEN, id);
                    TensorStream.write(out, file.toAbsolutePath().toString());
                    TensorStream.write(out, values);
                    out.writeInt(settings.threads());
                    TensorStream.write(out, settings.optimization().name());
                    out.writeBoolean(settings.exactSums());
                });
        return new Attempt(process, id);
    }

    private static void begin(DataOutputStream out, int word, int id) throws IOException {
        out.write(word);
        out.writeInt(id);
    }

    /** Ends the process. */
    @Override
    public synchronized void close() {
        if (process != null) {
            process.close();
            process = null;
        }
    }
}
