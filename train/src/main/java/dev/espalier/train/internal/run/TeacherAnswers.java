package dev.espalier.train.internal.run;

import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.train.internal.torch.TorchModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What teachers answer to every training example, asked once: where no example is ever changed,
 * they would say the same in every epoch. Asked in the dataset's order, so that a resumed training
 * hears the same to the last bit.
 */
final class TeacherAnswers {
    /** Memory that answers may take, and the part of the heap. */
    private static final long MOST_BYTES = 1L << 29;

    private static final int PART_OF_HEAP = 4;

    private final List<Shape> shapes = new ArrayList<>();
    private final List<float[][]> values = new ArrayList<>();

    private TeacherAnswers() {}

    /** Floats for one example that there is room for. */
    static long room(int examples) {
        long bytes = Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
        return bytes / Float.BYTES / Math.max(1, examples);
    }

    /**
     * Asks for all examples.
     *
     * @param module of a program with {@code teach}
     * @param model whose inputs are fed
     * @param part examples that the program takes at once
     */
    static TeacherAnswers ask(
            TorchModule module, Model model, Dataset data, int part, PassContext context) {
        TeacherAnswers answers = new TeacherAnswers();
        try (Progress.Task task = context.progress().begin("teacher", data.size(), "images")) {
            for (int from = 0; from < data.size(); from += part) {
                context.checkCancelled();
                // The program takes whole parts: the last one is filled up from the start.
                int[] indices =
                        IntStream.range(from, from + part).map(i -> i % data.size()).toArray();
                Batch batch = data.batch(indices);
                answers.keep(
                        module.run("teach", TrainingData.inputs(model, batch)),
                        indices,
                        data.size());
                task.advance(Math.min(part, data.size() - from));
            }
        }
        return answers;
    }

    private void keep(List<Tensor> found, int[] indices, int examples) {
        for (int k = 0; k < found.size(); k++) {
            if (values.size() == k) {
                shapes.add(found.get(k).shape());
                values.add(new float[examples][]);
            }
            float[] all = found.get(k).toFloats();
            int size = all.length / indices.length;
            for (int i = 0; i < indices.length; i++) {
                values.get(k)[indices[i]] = Arrays.copyOfRange(all, i * size, (i + 1) * size);
            }
        }
    }

    /** The answers to a batch of these examples, each [N, ...]. */
    List<Tensor> of(int[] indices) {
        return IntStream.range(0, values.size()).mapToObj(k -> gathered(k, indices)).toList();
    }

    private Tensor gathered(int answer, int[] indices) {
        float[][] from = values.get(answer);
        int size = from[indices[0]].length;
        float[] to = new float[indices.length * size];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(from[indices[i]], 0, to, i * size, size);
        }
        List<Dim> dims = new ArrayList<>(shapes.get(answer).dims());
        dims.set(0, Dim.of(indices.length));
        return Tensor.ofFloats(Shape.of(dims), to);
    }
}
