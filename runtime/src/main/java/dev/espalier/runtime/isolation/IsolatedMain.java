package dev.espalier.runtime.isolation;

import dev.espalier.core.CompressionException;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.runtime.OrtModel;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The process that an {@link Isolation} starts: opens and runs what it is told on its standard
 * input, and says on its standard output what became of it. It ends with the process that started
 * it, also in the middle of a native call.
 */
public final class IsolatedMain {
    /** First bytes of the requests. */
    static final int OPEN = 1;

    static final int RUN = 2;
    static final int CLOSE = 3;

    /** Words after the key in an answer; a refusal has its reason behind it, in Base64. */
    static final String DONE = "done";

    static final String REFUSED = "refused";

    private interface Request {
        /** Whether there is an answer, which is that all went well. */
        boolean serve(Map<Integer, OrtModel> sessions);
    }

    private IsolatedMain() {}

    /**
     * @param args the key that begins each line that is an answer: libraries print, too
     */
    public static void main(String[] args) throws InterruptedException {
        String key = args[0];
        BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
        Thread listener = new Thread(() -> listen(requests), "espalier-isolation");
        listener.setDaemon(true);
        listener.start();
        Map<Integer, OrtModel> sessions = new HashMap<>();
        OutputStream answers = new FileOutputStream(FileDescriptor.out);
        while (true) {
            String answer = served(requests.take(), sessions);
            if (!answer.isEmpty()) {
                try {
                    answers.write((key + " " + answer + "\n").getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    Runtime.getRuntime().halt(0);
                }
            }
        }
    }

    private static String served(Request request, Map<Integer, OrtModel> sessions) {
        try {
            return request.serve(sessions) ? DONE : "";
        } catch (IllegalArgumentException e) {
            // A mistake of the caller, whose own session tells him.
            return DONE;
        } catch (CompressionException e) {
            return refusal(e.getMessage());
        } catch (OutOfMemoryError e) {
            return refusal(
                    "not enough memory (%s MiB) for the model"
                            .formatted(Runtime.getRuntime().maxMemory() >> 20));
        }
    }

    private static String refusal(String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return REFUSED + " " + Base64.getEncoder().encodeToString(text);
    }

    private static void listen(BlockingQueue<Request> requests) {
        try (DataInputStream in =
                new DataInputStream(
                        new BufferedInputStream(new FileInputStream(FileDescriptor.in)))) {
            for (int word = in.read(); word >= 0; word = in.read()) {
                int id = in.readInt();
                requests.add(
                        switch (word) {
                            case OPEN -> open(id, in);
                            case RUN -> run(id, TensorStream.tensors(in));
                            default -> close(id);
                        });
            }
        } catch (IOException e) {
            // Nobody is left to work for.
        }
        Runtime.getRuntime().halt(0);
    }

    private static Request open(int id, DataInputStream in) throws IOException {
        Path file = Path.of(TensorStream.text(in));
        List<String> values = TensorStream.texts(in);
        SessionSettings settings =
                new SessionSettings(
                        in.readInt(),
                        SessionSettings.Optimization.valueOf(TensorStream.text(in)),
                        in.readBoolean());
        OrtRunner runner = new OrtRunner(settings);
        return sessions -> {
            sessions.put(
                    id,
                    values.isEmpty()
                            ? runner.open(file)
                            : runner.open(OnnxReader.read(file), values));
            return true;
        };
    }

    private static Request run(int id, Map<String, Tensor> feeds) {
        return sessions -> {
            sessions.get(id).run(feeds, (name, value) -> {});
            return true;
        };
    }

    private static Request close(int id) {
        return sessions -> {
            OrtModel session = sessions.remove(id);
            if (session != null) {
                session.close();
            }
            return false;
        };
    }
}
