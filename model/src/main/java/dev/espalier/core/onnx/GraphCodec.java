package dev.espalier.core.onnx;

import dev.espalier.core.internal.proto.Onnx.GraphProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.internal.proto.Onnx.SparseTensorProto;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.internal.proto.Onnx.ValueInfoProto;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code GraphProto} to {@link Graph} and back. */
final class GraphCodec {
    private GraphCodec() {}

    static Graph decode(GraphProto proto, Source source) {
        GraphProto.Builder rest =
                proto.toBuilder()
                        .clearName()
                        .clearNode()
                        .clearInitializer()
                        .clearSparseInitializer()
                        .clearInput()
                        .clearOutput()
                        .clearValueInfo();
        List<Node> nodes = new ArrayList<>(proto.getNodeCount());
        for (NodeProto node : proto.getNodeList()) {
            nodes.add(NodeCodec.decode(node, source));
        }
        return new Graph(
                proto.getName(),
                values(proto.getInputList(), source),
                values(proto.getOutputList(), source),
                values(proto.getValueInfoList(), source),
                initializers(proto, source),
                nodes,
                Extras.of(rest, source));
    }

    static List<Value> values(List<ValueInfoProto> protos, Source source) {
        List<Value> values = new ArrayList<>(protos.size());
        for (ValueInfoProto proto : protos) {
            values.add(ValueCodec.decode(proto, source));
        }
        return values;
    }

    private static List<Initializer> initializers(GraphProto proto, Source source) {
        List<Initializer> initializers = new ArrayList<>(proto.getInitializerCount());
        Set<String> names = new HashSet<>();
        for (TensorProto tensor : proto.getInitializerList()) {
            initializers.add(
                    new Initializer(
                            distinct(tensor.getName(), names, source),
                            TensorCodec.decode(tensor, source),
                            Extras.of(TensorCodec.remainder(tensor).toBuilder(), source)));
        }
        for (SparseTensorProto sparse : proto.getSparseInitializerList()) {
            initializers.add(
                    Initializer.of(
                            distinct(sparse.getValues().getName(), names, source),
                            SparseStorage.decode(sparse, source)));
        }
        return initializers;
    }

    private static String distinct(String name, Set<String> names, Source source) {
        if (name.isEmpty() || !names.add(name)) {
            throw source.damaged(
                    name.isEmpty()
                            ? "an initializer has no name"
                            : "two initializers are called '" + name + "'");
        }
        return name;
    }

    /** All of {@code graph}. */
    static GraphProto encode(Graph graph) {
        GraphProto.Builder proto = encodeStructure(graph);
        graph.initializers()
                .values()
                .forEach(
                        initializer -> {
                            if (isSparse(initializer)) {
                                proto.addSparseInitializer(encodeSparse(initializer));
                            } else {
                                proto.addInitializer(encode(initializer));
                            }
                        });
        return proto.build();
    }

    /** {@code graph} without its initializers. */
    static GraphProto.Builder encodeStructure(Graph graph) {
        GraphProto.Builder proto = Extras.merge(graph.extras(), GraphProto.newBuilder());
        proto.setName(graph.name());
        graph.nodes().forEach(node -> proto.addNode(NodeCodec.encode(node)));
        graph.inputs().forEach(value -> proto.addInput(ValueCodec.encode(value)));
        graph.outputs().forEach(value -> proto.addOutput(ValueCodec.encode(value)));
        graph.valueInfos().forEach(value -> proto.addValueInfo(ValueCodec.encode(value)));
        return proto;
    }

    private static TensorProto encode(Initializer initializer) {
        return header(initializer)
                .mergeFrom(TensorCodec.encode(initializer.tensor()).build())
                .build();
    }

    /** Name and extras of an initializer. */
    static TensorProto.Builder header(Initializer initializer) {
        return Extras.merge(initializer.extras(), TensorProto.newBuilder())
                .setName(initializer.name());
    }

    static boolean isSparse(Initializer initializer) {
        return initializer.tensor().storage() instanceof SparseStorage sparse
                && sparse.stillHolds(initializer.tensor());
    }

    static SparseTensorProto encodeSparse(Initializer initializer) {
        SparseStorage storage = (SparseStorage) initializer.tensor().storage();
        SparseTensorProto.Builder proto = storage.encode();
        proto.getValuesBuilder().setName(initializer.name());
        return proto.build();
    }
}
