package dev.espalier.runtime;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.Map;

/** Rows of numbers with labels as a dataset. */
final class Rows implements Dataset {
    private final float[][] rows;
    private final int[] labels;
    private final int classes;

    Rows(float[][] rows, int[] labels, int classes) {
        this.rows = rows;
        this.labels = labels;
        this.classes = classes;
    }

    @Override
    public int size() {
        return rows.length;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return Map.of("rows", new TensorType(DataType.FLOAT, Shape.of(width())));
    }

    private int width() {
        return rows.length == 0 ? 1 : rows[0].length;
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long seed) {
        float[] values = new float[indices.length * width()];
        int[] chosen = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(rows[indices[i]], 0, values, i * width(), width());
            chosen[i] = labels[indices[i]];
        }
        Tensor x = Tensor.ofFloats(Shape.of(indices.length, width()), values);
        return new Batch(Map.of("rows", x), chosen);
    }
}
