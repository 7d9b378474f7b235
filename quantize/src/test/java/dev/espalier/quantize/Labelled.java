package dev.espalier.quantize;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.Map;

/** Examples labelled by what a float network of 4 classes says of them, in its output y. */
record Labelled(Model model, RandomSamples samples) implements Dataset {
    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public int classes() {
        return 4;
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return samples.sampleTypes();
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long seed) {
        Map<String, Tensor> inputs = samples.batch(indices, augmentation, seed).inputs();
        int[] labels = new int[indices.length];
        try (var session = Runners.SINGLE.open(model)) {
            float[] scores = session.run(inputs).get("y").toFloats();
            for (int n = 0; n < labels.length; n++) {
                for (int c = 1; c < 4; c++) {
                    labels[n] = scores[4 * n + c] > scores[4 * n + labels[n]] ? c : labels[n];
                }
            }
        }
        return new Batch(inputs, labels);
    }
}
