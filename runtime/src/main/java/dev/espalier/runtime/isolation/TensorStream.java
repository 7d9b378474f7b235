package dev.espalier.runtime.isolation;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Texts and named tensors between two processes, which are of one version. */
final class TensorStream {
    private TensorStream() {}

    static void write(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    static void write(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            write(out, text);
        }
    }

    static List<String> texts(DataInputStream in) throws IOException {
        int count = in.readInt();
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(text(in));
        }
        return texts;
    }

    static void write(DataOutputStream out, Map<String, Tensor> tensors) throws IOException {
        out.writeInt(tensors.size());
        for (Map.Entry<String, Tensor> named : tensors.entrySet()) {
            write(out, named.getKey());
            write(out, named.getValue());
        }
    }

    static Map<String, Tensor> tensors(DataInputStream in) throws IOException {
        int count = in.readInt();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            tensors.put(text(in), tensor(in));
        }
        return tensors;
    }

    private static void write(DataOutputStream out, Tensor tensor) throws IOException {
        write(out, tensor.dataType().name());
        out.writeInt(tensor.shape().rank());
        for (int axis = 0; axis < tensor.shape().rank(); axis++) {
            out.writeLong(tensor.shape().size(axis));
        }
        if (tensor.dataType() == DataType.STRING) {
            write(out, tensor.strings());
        } else {
            out.writeInt(Math.toIntExact(tensor.byteSize()));
            tensor.writeTo(Channels.newChannel(out));
        }
    }

    private static Tensor tensor(DataInputStream in) throws IOException {
        DataType type = DataType.valueOf(text(in));
        long[] sizes = new long[in.readInt()];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = in.readLong();
        }
        Shape shape = Shape.of(sizes);
        return type == DataType.STRING
                ? Tensor.ofStrings(shape, texts(in))
                : Tensor.of(type, shape, ByteBuffer.wrap(in.readNBytes(in.readInt())));
    }
}
