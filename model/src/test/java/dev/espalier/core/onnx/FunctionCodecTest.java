package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.internal.proto.Onnx.FunctionProto;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Function;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FunctionCodecTest {
    private static final String NESTED =
            """
            opset 17
            opset my 1
            function my::leak {slope} (a) -> (b) {
              opset 17
              b = LeakyRelu(a) {alpha=@slope:float}
            }
            function my::leak:twice {first, second=0.5} (a) -> (b) {
              opset 17
              opset my 1
              h = my::leak(a) {slope=@first:float}
              b = my::leak(h) {slope=@second:float}
            }
            function my::either {then=graph () -> (t) {
              t = Constant() {value=tensor(float[1], [2.0])}
            }} (c, a) -> (d) {
              opset 16
              opset my 1
              d = If(c) {then_branch=@then:graph, else_branch=graph () -> (e) {
                e = my::leak:twice(a) {first=0.25}
              }}
            }
            graph (x: float[1], c: bool[]) -> (y, z)
            h = my::leak:twice(x) {first=0.125}
            y = my::either(c, h)
            z = If(c) {then_branch=graph () -> (p) {
              p = my::leak(x) {slope=0.5}
            }, else_branch=graph () -> (q) {
              q = Neg(x)
            }}
            """;

    @Test
    void nestedFunctionsSurviveReadingAndWriting() {
        Model model = GraphText.parse(NESTED);
        Model again = OnnxReader.read(OnnxWriter.toBytes(model));
        assertThat(again).isEqualTo(model);
        assertThat(GraphText.print(again)).isEqualTo(NESTED);
    }

    @Test
    void everyPartIsDecoded() {
        Model model = OnnxReader.read(Protos.everything().toByteArray());
        Function.Id id = new Function.Id("my", "f", "");
        assertThat(model.functions()).containsOnlyKeys(id);
        Function function = model.functions().get(id);
        assertThat(function.attributes()).containsExactly("unused");
        assertThat(function.defaults()).isEqualTo(Attributes.NONE.with("slope", real(0.5f)));
        assertThat(function.opsets()).containsOnlyKeys("").containsEntry("", 17L);
        assertThat(function.body().inputs()).extracting("name").containsExactly("a");
        assertThat(function.body().outputs()).extracting("name").containsExactly("b");
        assertThat(function.body().valueInfos().get(0).type()).isPresent();
        assertThat(function.body().nodes().get(0).attributes().find("alpha"))
                .contains(new Attribute.Reference("slope", Attribute.Type.FLOAT));
    }

    private static Attribute real(float value) {
        return new Attribute.FloatValue(value);
    }

    @Test
    void anAttributeMayReplaceAReference() throws IOException {
        Model model = OnnxReader.read(Protos.everything().toByteArray());
        Function function = model.functions().values().iterator().next();
        Node node = function.body().nodes().get(0);
        Node changed = node.withAttributes(node.attributes().with("alpha", real(0.25f)));
        Function bound =
                function.withBody(
                        new dev.espalier.core.ir.GraphEditor(function.body())
                                .replace(node, changed)
                                .build());
        Model written =
                OnnxReader.read(
                        OnnxWriter.toBytes(
                                model.withFunctions(java.util.Map.of(bound.id(), bound))));
        assertThat(written.functions().get(bound.id()).body().nodes().get(0).attributes())
                .isEqualTo(Attributes.NONE.with("alpha", real(0.25f)));
    }

    @Test
    void callsAreFoundByDomainNameAndOverload() {
        Model model = GraphText.parse(NESTED);
        Node call = model.graph().producer("h").orElseThrow();
        assertThat(model.callee(call).orElseThrow().id())
                .isEqualTo(new Function.Id("my", "leak", "twice"));
        assertThat(model.callee(model.graph().producer("z").orElseThrow())).isEmpty();
    }

    @Test
    void oneWalkMeetsEveryGraph() {
        Model model = GraphText.parse(NESTED);
        // The main graph and its two branches, three bodies, an else branch and a default.
        assertThat(model.graphs()).hasSize(8).startsWith(model.graph()).doesNotHaveDuplicates();
    }

    @Test
    void unsortedBodiesAreSorted() {
        ModelProto.Builder proto = Protos.adding(Protos.floats(1, 2));
        proto.addFunctions(
                FunctionProto.newBuilder()
                        .setDomain("my")
                        .setName("f")
                        .addInput("a")
                        .addOutput("b")
                        .addNode(node("Exp", "h", "b"))
                        .addNode(node("Neg", "a", "h")));
        Function function =
                OnnxReader.read(proto.build().toByteArray()).functions().values().iterator().next();
        assertThat(function.body().nodes()).extracting("opType").containsExactly("Neg", "Exp");
    }

    private static NodeProto.Builder node(String operator, String input, String output) {
        return NodeProto.newBuilder().setOpType(operator).addInput(input).addOutput(output);
    }

    @Test
    void tensorsOfFunctionsStayInTheModelFile() throws IOException {
        Model model =
                GraphText.parse(
                        """
                        function my::f {d=tensor(float[2], [5, 6])} () -> (b) {
                          b = Constant() {value=tensor(float[2], [1, 2])}
                        }
                        graph () -> (y)
                        y = my::f()
                        """);
        assertThat(Tensors.inAttributes(model)).hasSize(2);
        assertThat(Tensors.all(model)).hasSize(2);
        assertThat(OnnxReader.read(OnnxWriter.toBytes(model))).isEqualTo(model);
    }
}
