package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.internal.proto.Onnx.AttributeProto.AttributeType;
import dev.espalier.core.internal.proto.Onnx.FunctionProto;
import dev.espalier.core.internal.proto.Onnx.GraphProto;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.internal.proto.Onnx.OperatorSetIdProto;
import dev.espalier.core.ir.Model;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionCheckTest {
    /** {@code my::f(a) = LeakyRelu(a)} with a slope of 0.5 or of what the call gives. */
    private static FunctionProto.Builder leak() {
        return FunctionProto.newBuilder()
                .setDomain("my")
                .setName("f")
                .addInput("a")
                .addOutput("b")
                .addAttributeProto(real("slope").setF(0.5f))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .addNode(
                        NodeProto.newBuilder()
                                .setOpType("LeakyRelu")
                                .addInput("a")
                                .addOutput("b")
                                .addAttribute(real("alpha").setRefAttrName("slope")));
    }

    private static AttributeProto.Builder real(String name) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeType.FLOAT);
    }

    private static Model read(ModelProto.Builder proto) {
        return OnnxReader.read(proto.build().toByteArray());
    }

    private static ModelProto.Builder with(Consumer<FunctionProto.Builder> change) {
        FunctionProto.Builder function = leak();
        change.accept(function);
        return Protos.adding(Protos.floats(1, 2)).addFunctions(function);
    }

    private static void refused(String message, ModelProto.Builder proto) {
        assertThatThrownBy(() -> read(proto))
                .isInstanceOf(ModelFormatException.class)
                .hasMessage("model in memory: " + message);
    }

    private static void refused(String message, Consumer<FunctionProto.Builder> damage) {
        refused("function 'my::f': " + message, with(damage));
    }

    @Test
    void aSoundFunctionIsRead() {
        assertThat(read(with(function -> {})).functions()).hasSize(1);
        // An input may be passed on.
        assertThat(read(with(f -> f.addOutput("a"))).functions()).hasSize(1);
    }

    @Test
    void functionsAreNamedAndDistinct() {
        refused(
                "a function of the domain 'my' has no name",
                with(FunctionProto.Builder::clearName));
        refused("two functions are called 'my::f'", with(f -> {}).addFunctions(leak()));
        refused(
                "two functions are called 'my::f:o'",
                with(f -> f.setOverload("o")).addFunctions(leak().setOverload("o")));
        assertThat(read(with(f -> {}).addFunctions(leak().setOverload("o"))).functions())
                .hasSize(2);
        assertThat(read(with(f -> {}).addFunctions(leak().setDomain("other"))).functions())
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ai.onnx"})
    void operatorsOfTheStandardDomainAreNotRedefined(String domain) {
        assertThatThrownBy(() -> read(with(f -> f.setDomain(domain).setName("Relu"))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        "model in memory: function 'Relu' redefines an operator of the standard"
                                + " domain");
    }

    @Test
    void bodiesAreGraphsThatMakeSense() {
        refused(
                "LeakyRelu 'b' reads 'z', which nothing makes",
                f -> f.getNodeBuilder(0).setInput(0, "z"));
        // The values of the main graph are others.
        refused(
                "LeakyRelu 'b' reads 'w', which nothing makes",
                f -> f.getNodeBuilder(0).setInput(0, "w"));
        refused(
                "LeakyRelu 'b' depends on its own output",
                f -> f.getNodeBuilder(0).setInput(0, "b"));
        refused(
                "value 'b' is made twice, again by LeakyRelu 'b'",
                f -> f.addNode(f.getNodeBuilder(0)));
        refused(
                "value 'a' is made twice, again by LeakyRelu 'a'",
                f -> f.getNodeBuilder(0).setOutput(0, "a"));
        refused("graph output 'b' is made by nothing", FunctionProto.Builder::clearNode);
        refused("node '' names no operator", f -> f.getNodeBuilder(0).clearOpType());
        refused("two inputs are called 'a'", f -> f.addInput("a"));
        refused("one of the outputs has no name", f -> f.addOutput(""));
        refused(
                "version 0 of operator set 'my' is impossible",
                f -> f.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("my")));
    }

    @Test
    void attributesAreDeclaredOnce() {
        refused("it has the attribute 'slope' twice", f -> f.addAttribute("slope"));
        refused("it has the attribute 'k' twice", f -> f.addAttribute("k").addAttribute("k"));
        refused("it has the attribute 'slope' twice", f -> f.addAttributeProto(real("slope")));
        refused("one of its attributes has no name", f -> f.addAttribute(""));
        assertThat(read(with(f -> f.addAttribute("k").addAttribute("l"))).functions()).hasSize(1);
    }

    @Test
    void referencesNameAnAttributeOfTheFunctionAroundThem() {
        String none =
                "LeakyRelu 'b' refers to an attribute 'slope' of the function around it, and there"
                        + " is none";
        refused(none, FunctionProto.Builder::clearAttributeProto);
        assertThat(read(with(f -> f.clearAttributeProto().addAttribute("slope"))).functions())
                .hasSize(1);
        refused(
                "the default of its attribute 'k' is no value, but a reference",
                f -> f.addAttributeProto(real("k").setRefAttrName("slope")));
        // Behind a node of the same names in a sub-graph.
        refused(none, f -> hidden(f).clearAttributeProto());
        assertThat(read(with(f -> hidden(f))).functions()).hasSize(1);
    }

    private static FunctionProto.Builder hidden(FunctionProto.Builder function) {
        NodeProto node = function.getNode(0);
        return function.setNode(
                0,
                NodeProto.newBuilder()
                        .setOpType("Twice")
                        .addOutput("b")
                        .addAttribute(
                                AttributeProto.newBuilder()
                                        .setName("body")
                                        .setType(AttributeType.GRAPH)
                                        .setG(GraphProto.newBuilder().addNode(node))));
    }

    @Test
    void outsideOfFunctionsNothingCanBeReferredTo() {
        ModelProto.Builder proto = with(function -> {});
        proto.getGraphBuilder()
                .getNodeBuilder(0)
                .addAttribute(real("alpha").setRefAttrName("slope"));
        refused(
                "Add 'y' refers to an attribute 'slope' of the function around it, and there is"
                        + " none",
                proto);
    }
}
