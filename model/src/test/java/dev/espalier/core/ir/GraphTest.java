package dev.espalier.core.ir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GraphTest {
    private static final Graph GRAPH =
            GraphText.parse(
                            """
                            graph (x: float[2], c: bool[], w: float[2]) -> (y, b)
                            w: float[2] = [1, 2]
                            v: float[2] = [3, 4]
                            k = Constant() {value=tensor(float[2], [5, 6])}
                            a = Add(x, x)
                            b = Mul(a, w)
                            y = If(c) {then_branch=graph (a: float[2]) -> (t) {
                              v2 = Add(a, k)
                              t = Clip(v2, "", v)
                            }, else_branch=graph () -> (e) {
                              i = If(c) {then_branch=graph () -> (p) { p = Neg(b) },
                                  else_branch=graph () -> (x) { }}
                              e = Relu(i)
                            }}
                            """)
                    .graph();

    private static List<String> types(List<Node> nodes) {
        return nodes.stream().map(Node::opType).toList();
    }

    @Test
    void producersAreNodesOnly() {
        assertThat(GRAPH.producer("b").orElseThrow().opType()).isEqualTo("Mul");
        assertThat(GRAPH.producer("x")).isEmpty();
        assertThat(GRAPH.producer("w")).isEmpty();
        assertThat(GRAPH.producer("t")).isEmpty();
        assertThat(GRAPH.producer("")).isEmpty();
    }

    @Test
    void aNodeThatReadsAValueTwiceIsOneConsumer() {
        assertThat(types(GRAPH.consumers("x"))).containsExactly("Add", "If");
    }

    @Test
    void subGraphsConsumeWhatTheyCapture() {
        assertThat(types(GRAPH.consumers("k"))).containsExactly("If");
        assertThat(types(GRAPH.consumers("b"))).containsExactly("If");
        assertThat(GRAPH.isCaptured("v")).isTrue();
        assertThat(GRAPH.isCaptured("c")).isTrue();
        assertThat(GRAPH.isCaptured("x")).as("as output of the inner branch").isTrue();
    }

    @Test
    void namesThatASubGraphDefinesItselfAreNotCaptured() {
        assertThat(GRAPH.isCaptured("a")).as("an input of the branch").isFalse();
        assertThat(GRAPH.isCaptured("v2")).isFalse();
        assertThat(GRAPH.isCaptured("p")).isFalse();
        assertThat(GRAPH.isCaptured("")).as("an omitted input").isFalse();
        assertThat(GRAPH.isCaptured("w")).isFalse();
    }

    @Test
    void constantsAreInitializersAndConstantNodes() {
        assertThat(GRAPH.constant("w").orElseThrow().toFloats()).containsExactly(1, 2);
        assertThat(GRAPH.constant("k").orElseThrow().toFloats()).containsExactly(5, 6);
        assertThat(GRAPH.constant("x")).isEmpty();
        assertThat(GRAPH.constant("a")).isEmpty();
    }

    @Test
    void initializersNeedNotBeFed() {
        assertThat(GRAPH.feeds()).extracting(Value::name).containsExactly("x", "c");
        assertThat(GRAPH.inputs()).hasSize(3);
    }

    @Test
    void outputsAreKnownByName() {
        assertThat(GRAPH.isOutput("b")).isTrue();
        assertThat(GRAPH.isOutput("a")).isFalse();
    }
}
