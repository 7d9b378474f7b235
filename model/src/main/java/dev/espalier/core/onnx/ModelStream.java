package dev.espalier.core.onnx;

import com.google.protobuf.CodedOutputStream;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.internal.proto.Onnx.GraphProto;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.StringStringEntryProto;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of an ONNX file, known in size before they are written and streamed tensor by tensor,
 * so that weights which still lie in a file are never all in memory.
 */
final class ModelStream {
    /** Tensors below this stay in the model file even where the others leave it. */
    private static final long LEAST_EXTERNAL_BYTES = 1024;

    private static final long PAGE_BYTES = 4096;

    /** How much a model may have in other places than the initializers of its main graph. */
    static final long MOST_INLINE_BYTES = 1L << 30;

    /** One initializer: its message without the bytes, and the tensor that has them, or null. */
    private record Piece(TensorProto header, Tensor raw) {
        long size() {
            return header.getSerializedSize()
                    + (raw == null
                            ? 0
                            : CodedOutputStream.computeTagSize(TensorProto.RAW_DATA_FIELD_NUMBER)
                                    + sizeOfLength(raw.byteSize())
                                    + raw.byteSize());
        }
    }

    private record Placed(Tensor tensor, long offset) {}

    private final ModelProto header;
    private final GraphProto structure;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Placed> external = new ArrayList<>();
    private long externalEnd;

    /**
     * @param dataFile name of the file for large initializers, or null to keep all in one file
     */
    ModelStream(Model model, String dataFile) {
        Graph graph = model.graph();
        long inline = Tensors.inAttributes(model).stream().mapToLong(Tensor::byteSize).sum();
        if (inline > MOST_INLINE_BYTES) {
            throw new UnsupportedModelException(
                    "tensors in attributes, sub-graphs and functions take "
                            + inline
                            + " bytes; they have to stay in the model file, which holds less than"
                            + " 2 GiB");
        }
        header = ModelCodec.encodeHeader(model);
        GraphProto.Builder rest = GraphCodec.encodeStructure(graph);
        for (Initializer initializer : graph.initializers().values()) {
            if (GraphCodec.isSparse(initializer)) {
                rest.addSparseInitializer(GraphCodec.encodeSparse(initializer));
            } else {
                pieces.add(piece(initializer, dataFile));
            }
        }
        structure = rest.build();
    }

    private Piece piece(Initializer initializer, String dataFile) {
        Tensor tensor = initializer.tensor();
        TensorProto.Builder proto = GraphCodec.header(initializer);
        if (tensor.dataType() == dev.espalier.core.ir.DataType.STRING) {
            return new Piece(proto.mergeFrom(TensorCodec.encode(tensor).build()).build(), null);
        }
        proto.mergeFrom(TensorCodec.encodeType(tensor).build());
        if (dataFile == null || tensor.byteSize() < LEAST_EXTERNAL_BYTES) {
            return new Piece(proto.build(), tensor);
        }
        // Page-aligned, so that runtimes can map a tensor into memory.
        long offset = (externalEnd + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        externalEnd = offset + tensor.byteSize();
        external.add(new Placed(tensor, offset));
        proto.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", dataFile))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Long.toString(tensor.byteSize())));
        return new Piece(proto.build(), null);
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** Bytes of the model file. */
    long size() {
        long graph = graphSize();
        return header.getSerializedSize()
                + CodedOutputStream.computeTagSize(ModelProto.GRAPH_FIELD_NUMBER)
                + sizeOfLength(graph)
                + graph;
    }

    private long graphSize() {
        long size = structure.getSerializedSize();
        int tag = CodedOutputStream.computeTagSize(GraphProto.INITIALIZER_FIELD_NUMBER);
        for (Piece piece : pieces) {
            size += tag + sizeOfLength(piece.size()) + piece.size();
        }
        return size;
    }

    private static int sizeOfLength(long length) {
        return CodedOutputStream.computeUInt64SizeNoTag(length);
    }

    /** Writes the model file. */
    void writeTo(WritableByteChannel channel) throws IOException {
        CodedOutputStream out = CodedOutputStream.newInstance(Channels.newOutputStream(channel));
        header.writeTo(out);
        delimited(out, ModelProto.GRAPH_FIELD_NUMBER, graphSize());
        structure.writeTo(out);
        for (Piece piece : pieces) {
            delimited(out, GraphProto.INITIALIZER_FIELD_NUMBER, piece.size());
            piece.header().writeTo(out);
            if (piece.raw() != null) {
                delimited(out, TensorProto.RAW_DATA_FIELD_NUMBER, piece.raw().byteSize());
                out.flush();
                piece.raw().writeTo(channel);
            }
        }
        out.flush();
    }

    private static void delimited(CodedOutputStream out, int field, long length)
            throws IOException {
        out.writeTag(field, 2);
        out.writeUInt64NoTag(length);
    }

    /** Writes the file for large initializers. */
    void writeExternal(FileChannel channel) throws IOException {
        for (Placed placed : external) {
            channel.position(placed.offset());
            placed.tensor().writeTo(channel);
        }
    }
}
