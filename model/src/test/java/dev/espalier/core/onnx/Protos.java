package dev.espalier.core.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.internal.proto.Onnx.AttributeProto.AttributeType;
import dev.espalier.core.internal.proto.Onnx.FunctionProto;
import dev.espalier.core.internal.proto.Onnx.GraphProto;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.internal.proto.Onnx.OperatorSetIdProto;
import dev.espalier.core.internal.proto.Onnx.SparseTensorProto;
import dev.espalier.core.internal.proto.Onnx.StringStringEntryProto;
import dev.espalier.core.internal.proto.Onnx.TensorAnnotation;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.internal.proto.Onnx.TensorShapeProto;
import dev.espalier.core.internal.proto.Onnx.TensorShapeProto.Dimension;
import dev.espalier.core.internal.proto.Onnx.TypeProto;
import dev.espalier.core.internal.proto.Onnx.ValueInfoProto;

/** Files as other programs write them, built field by field. */
final class Protos {
    private Protos() {}

    /** A field that no schema knows. */
    static UnknownFieldSet unknown(String content) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        999,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8(content))
                                .build())
                .build();
    }

    /** {@code y = x + w} with an initializer {@code w} made of {@code weight}. */
    static ModelProto.Builder adding(TensorProto.Builder weight) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(
                        GraphProto.newBuilder()
                                .setName("g")
                                .addInput(value("x", 2))
                                .addOutput(value("y", 2))
                                .addInitializer(weight.setName("w"))
                                .addNode(
                                        NodeProto.newBuilder()
                                                .setOpType("Add")
                                                .addInput("x")
                                                .addInput("w")
                                                .addOutput("y")));
    }

    static ValueInfoProto.Builder value(String name, long... sizes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long size : sizes) {
            shape.addDim(Dimension.newBuilder().setDimValue(size));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(
                        TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder()
                                                .setElemType(1)
                                                .setShape(shape)));
    }

    static TensorProto.Builder floats(float... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().addDims(values.length).setDataType(1);
        for (float value : values) {
            tensor.addFloatData(value);
        }
        return tensor;
    }

    /** A model that uses what the immutable model does not represent, in every place. */
    static ModelProto everything() {
        ModelProto.Builder model = adding(floats(1, 2));
        model.setProducerName("pytorch")
                .setDocString("model")
                .addMetadataProps(entry("key", "value"))
                .setUnknownFields(unknown("in the model"))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("my").setVersion(1))
                .addFunctions(
                        FunctionProto.newBuilder()
                                .setName("f")
                                .setDomain("my")
                                .setDocString("function")
                                .setUnknownFields(unknown("in the function"))
                                .addMetadataProps(entry("function", "entry"))
                                .addInput("a")
                                .addOutput("b")
                                .addAttribute("unused")
                                .addAttributeProto(
                                        AttributeProto.newBuilder()
                                                .setName("slope")
                                                .setDocString("of the function")
                                                .setType(AttributeType.FLOAT)
                                                .setF(0.5f))
                                .addOpsetImport(
                                        OperatorSetIdProto.newBuilder()
                                                .setDomain("")
                                                .setVersion(17))
                                .addValueInfo(value("a", 2))
                                .addNode(
                                        NodeProto.newBuilder()
                                                .setOpType("LeakyRelu")
                                                .addInput("a")
                                                .addOutput("b")
                                                .addAttribute(
                                                        AttributeProto.newBuilder()
                                                                .setName("alpha")
                                                                .setRefAttrName("slope")
                                                                .setDocString("a reference")
                                                                .setType(AttributeType.FLOAT))));
        GraphProto.Builder graph = model.getGraphBuilder();
        graph.setDocString("graph")
                .setUnknownFields(unknown("in the graph"))
                .addMetadataProps(entry("graph", "entry"))
                .addQuantizationAnnotation(
                        TensorAnnotation.newBuilder()
                                .setTensorName("w")
                                .addQuantParameterTensorNames(entry("SCALE_TENSOR", "w")))
                .addSparseInitializer(sparse())
                .addValueInfo(value("s2", 2, 3).setDocString("value"));
        graph.getInitializerBuilder(0)
                .setDocString("weight")
                .setUnknownFields(unknown("in the weight"));
        Dimension.Builder batch =
                graph.getInputBuilder(0)
                        .getTypeBuilder()
                        .getTensorTypeBuilder()
                        .getShapeBuilder()
                        .getDimBuilder(0);
        batch.setDenotation("DATA_BATCH");
        graph.addInput(
                ValueInfoProto.newBuilder()
                        .setName("sequence")
                        .setType(
                                TypeProto.newBuilder()
                                        .setSequenceType(
                                                TypeProto.Sequence.newBuilder()
                                                        .setElemType(value("", 2).getType()))));
        graph.getNodeBuilder(0)
                .setOverload("o")
                .setDocString("node")
                .setUnknownFields(unknown("in the node"))
                .addAttribute(
                        AttributeProto.newBuilder()
                                .setName("documented")
                                .setDocString("attribute")
                                .setType(AttributeType.INT)
                                .setI(3)
                                .setUnknownFields(unknown("in the attribute")))
                .addAttribute(
                        AttributeProto.newBuilder()
                                .setName("tensors")
                                .setType(AttributeType.TENSORS)
                                .addTensors(floats(1).setName("one").setDocString("first"))
                                .addTensors(floats(2)))
                .addAttribute(
                        AttributeProto.newBuilder()
                                .setName("sparse")
                                .setType(AttributeType.SPARSE_TENSOR)
                                .setSparseTensor(sparse()))
                .addAttribute(
                        AttributeProto.newBuilder()
                                .setName("latin1")
                                .setType(AttributeType.STRING)
                                .setS(ByteString.copyFrom(new byte[] {(byte) 0xe9})))
                .addAttribute(
                        AttributeProto.newBuilder()
                                .setName("type")
                                .setType(AttributeType.TYPE_PROTO)
                                .setTp(value("", 2).getType()));
        graph.addNode(NodeProto.newBuilder().setOpType("Relu").addInput("s").addOutput("s2"));
        return model.build();
    }

    /** {@code s} of shape [2,3] with 7 at (0,2) and 8 at (1,0). */
    static SparseTensorProto.Builder sparse() {
        return SparseTensorProto.newBuilder()
                .setValues(floats(7, 8).setName("s").setDocString("values"))
                .setIndices(
                        TensorProto.newBuilder()
                                .addDims(2)
                                .setDataType(7)
                                .addInt64Data(2)
                                .addInt64Data(3))
                .addDims(2)
                .addDims(3);
    }

    static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
