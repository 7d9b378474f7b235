package dev.espalier.train.torch;

import ai.djl.ndarray.NDList;
import ai.djl.training.dataset.Batch;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchModule;
import java.util.List;
import java.util.stream.Stream;

/**
 * Some examples as DJL gives them, copied out of its memory.
 *
 * @param data first axis of each is the example
 * @param labels the same; empty where there are none
 */
record DjlArrays(List<Tensor> data, List<Tensor> labels) {
    DjlArrays {
        data = List.copyOf(data);
        labels = List.copyOf(labels);
    }

    static DjlArrays of(Batch batch) {
        return new DjlArrays(copy(batch.getData()), copy(batch.getLabels()));
    }

    private static List<Tensor> copy(NDList arrays) {
        return arrays.stream().map(TorchModule::toTensor).toList();
    }

    /** Number of examples; arrays without axes hold none. */
    int size() {
        return data.isEmpty() || data.get(0).shape().rank() == 0
                ? 0
                : Math.toIntExact(data.get(0).shape().size(0));
    }

    long bytes() {
        return Stream.concat(data.stream(), labels.stream()).mapToLong(Tensor::byteSize).sum();
    }
}
