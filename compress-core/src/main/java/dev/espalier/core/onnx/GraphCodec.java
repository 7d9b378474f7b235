package dev.espalier.core.onnx;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Value;
import dev.espalier.core.onnx.proto.Onnx.GraphProto;
import dev.espalier.core.onnx.proto.Onnx.NodeProto;
import dev.espalier.core.onnx.proto.Onnx.TensorProto;
import dev.espalier.core.onnx.proto.Onnx.ValueInfoProto;
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

    private static List<Value> values(List<ValueInfoProto> protos, Source source) {
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
            if (tensor.getName().isEmpty() || !names.add(tensor.getName())) {
                throw source.damaged(
                        tensor.getName().isEmpty()
                                ? "an initializer has no name"
                                : "two initializers are called '" + tensor.getName() + "'");
            }
            initializers.add(
                    new Initializer(
                            tensor.getName(),
                            TensorCodec.decode(tensor, source),
                            Extras.of(TensorCodec.remainder(tensor).toBuilder(), source)));
        }
        return initializers;
    }

    /** All of {@code graph}. */
    static GraphProto encode(Graph graph) {
        GraphProto.Builder proto = encodeStructure(graph);
        graph.initializers()
                .values()
                .forEach(initializer -> proto.addInitializer(encode(initializer)));
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
}
