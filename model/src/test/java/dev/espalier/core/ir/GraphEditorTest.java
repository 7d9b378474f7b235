package dev.espalier.core.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.testkit.RandomGraphs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphEditorTest {
    private static Graph graph(String text) {
        return GraphText.parse(text).graph();
    }

    private static final Graph CHAIN =
            graph(
                    """
                    graph (x: float[2]) -> (y)
                    w: float[2] = [1, 2]
                    a = Add(x, w)
                    b = Relu(a)
                    y = Neg(b)
                    """);

    private static Node node(Graph graph, String output) {
        return graph.producer(output).orElseThrow();
    }

    private static Node relu(String input, String output) {
        return Node.of("", "Relu", List.of(input), List.of(output), Attributes.NONE);
    }

    @Test
    void withoutEditsTheGraphIsEqual() {
        assertThat(new GraphEditor(CHAIN).build()).isEqualTo(CHAIN);
    }

    @Test
    void theOriginalNeverChanges() {
        Graph copy = graph("graph (x: float[2]) -> (y)\ny = Relu(x)\n");
        new GraphEditor(copy).replaceUses("x", "z").add(relu("x", "z")).build();
        assertThat(copy).isEqualTo(graph("graph (x: float[2]) -> (y)\ny = Relu(x)\n"));
    }

    @Test
    void addedNodesAreSortedIn() {
        Graph changed = new GraphEditor(CHAIN).replaceUses("a", "n").add(relu("a", "n")).build();
        // replaceUses came first, so the added node reads the value itself.
        assertThat(changed.nodes())
                .extracting(n -> n.output(0))
                .containsExactly("a", "n", "b", "y");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void anyOrderOfNodesIsSorted(int seed) {
        Graph graph = RandomGraphs.cnn(seed).graph();
        List<Node> shuffled = new ArrayList<>(graph.nodes());
        Collections.shuffle(shuffled, new Random(seed));
        GraphEditor editor = new GraphEditor(graph).removeAll(graph.nodes());
        shuffled.forEach(editor::add);
        Graph sorted = editor.build();
        Set<String> made = new HashSet<>(graph.initializers().keySet());
        made.add("x");
        for (Node node : sorted.nodes()) {
            assertThat(made).containsAll(node.inputs());
            made.addAll(node.outputs());
        }
        assertThat(sorted.nodes()).containsExactlyInAnyOrderElementsOf(graph.nodes());
    }

    @Test
    void replacingANodeKeepsItsPlace() {
        Graph changed =
                new GraphEditor(CHAIN)
                        .replace(node(CHAIN, "b"), relu("a", "m"), relu("m", "b"))
                        .build();
        assertThat(changed.nodes())
                .extracting(n -> n.output(0))
                .containsExactly("a", "m", "b", "y");
    }

    @Test
    void equalNodesAreToldApartByIdentity() {
        Node first = relu("x", "a");
        Node second = relu("x", "a");
        GraphEditor editor = new GraphEditor(graph("graph (x) -> (x)\n")).add(first).add(second);
        editor.remove(second);
        assertThat(editor.nodes()).hasSize(1);
        assertThat(editor.nodes().get(0)).isSameAs(first);
    }

    @Test
    void danglingReadsAreRefused() {
        assertThatThrownBy(() -> new GraphEditor(CHAIN).remove(node(CHAIN, "b")).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Neg 'y' reads 'b', which nothing makes");
        assertThatThrownBy(() -> new GraphEditor(CHAIN).removeInitializer("w").build())
                .hasMessageContaining("reads 'w'");
        assertThatThrownBy(() -> new GraphEditor(CHAIN).remove(node(CHAIN, "y")).build())
                .hasMessageContaining("graph output 'y' is made by nothing");
    }

    @Test
    void readsOfSubGraphsCount() {
        Graph graph =
                graph(
                        """
                        graph (c: bool[]) -> (y)
                        w: float[1] = [1]
                        y = If(c) {then_branch=graph () -> (a) { a = Neg(w) },
                                   else_branch=graph () -> (b) { b = Relu(w) }}
                        """);
        assertThatThrownBy(() -> new GraphEditor(graph).removeInitializer("w").build())
                .hasMessageContaining("reads 'w'");
        assertThat(new GraphEditor(graph).removeUnused().build()).isEqualTo(graph);
        assertThatThrownBy(() -> new GraphEditor(graph).replaceUses("w", "v"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a sub-graph reads 'w' by name");
    }

    @Test
    void valuesMadeTwiceAreRefused() {
        assertThatThrownBy(() -> new GraphEditor(CHAIN).add(relu("x", "b")).build())
                .hasMessageContaining("value 'b' is made twice");
        assertThatThrownBy(() -> new GraphEditor(CHAIN).add(relu("x", "w")).build())
                .hasMessageContaining("value 'w' is made twice");
        assertThatThrownBy(() -> new GraphEditor(CHAIN).define("b", Tensor.scalar(1)).build())
                .hasMessageContaining("value 'b' is made twice");
    }

    @Test
    void cyclesAreRefused() {
        Node a = node(CHAIN, "a");
        assertThatThrownBy(() -> new GraphEditor(CHAIN).replace(a, a.withInput(0, "y")).build())
                .hasMessageContaining("depends on its own output");
    }

    @Test
    void definedValuesAreConstants() {
        Graph changed =
                new GraphEditor(CHAIN)
                        .remove(node(CHAIN, "a"))
                        .define("a", Tensor.ofFloats(Shape.of(2), 3, 4))
                        .removeUnused()
                        .build();
        assertThat(changed.initializers().keySet()).containsExactly("a");
        assertThat(changed.constant("a").orElseThrow().toFloats()).containsExactly(3, 4);
    }

    @Test
    void freshNamesAreTakenByNothing() {
        GraphEditor editor = new GraphEditor(CHAIN);
        assertThat(editor.freshName("new")).isEqualTo("new");
        assertThat(editor.freshName("new")).isEqualTo("new_1");
        assertThat(editor.freshName("w")).isEqualTo("w_1");
        assertThat(editor.addInitializer("b", Tensor.scalar(1))).isEqualTo("b_1");
    }

    @Test
    void freshNamesAvoidThoseOfSubGraphs() {
        Graph graph =
                graph(
                        """
                        graph (c: bool[]) -> (y)
                        y = If(c) {then_branch=graph () -> (a) { a = Neg(c) as inner },
                                   else_branch=graph () -> (b) { b = Relu(c) }}
                        """);
        assertThat(new GraphEditor(graph).freshName("a")).isEqualTo("a_1");
        assertThat(new GraphEditor(graph).freshName("inner")).isEqualTo("inner_1");
    }

    @Test
    void changedInitializersChangeTheirDeclaration() {
        Graph graph =
                graph(
                        """
                        graph (x: float[2], w: float[2]) -> (y)
                        w: float[2] = [1, 2]
                        y = Add(x, w)
                        """);
        Graph changed = new GraphEditor(graph).setInitializer("w", Tensor.scalar(1)).build();
        assertThat(changed.inputs().get(1).type().orElseThrow().shape()).isEqualTo(Shape.SCALAR);
        assertThat(new GraphEditor(graph).closeInputs().build().inputs()).hasSize(1);
        assertThatThrownBy(() -> new GraphEditor(graph).setInitializer("v", Tensor.scalar(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aConstantThatWasTheDefaultOfAnInputCanBeComputed() {
        Graph graph =
                graph(
                        """
                        graph (x: float[2], w: float[2]) -> (y)
                        w: float[2] = [1, 2]
                        y = Add(x, w)
                        """);
        GraphEditor editor = new GraphEditor(graph).removeInitializer("w");
        String stored = editor.addInitializer("v", Tensor.scalar(1));

        Graph changed =
                editor.add(Node.of("n", "Relu", List.of(stored), List.of("w"), Attributes.NONE))
                        .build();

        assertThat(changed.inputs()).extracting(Value::name).containsExactly("x");
        assertThat(changed.producer("w")).isPresent();
    }

    @Test
    void declaredTypesFollowTheEdits() {
        TensorType type = new TensorType(DataType.FLOAT, Shape.of(2));
        Graph declared = new GraphEditor(CHAIN).declare("a", type).declare("b", type).build();
        assertThat(declared.valueInfos()).hasSize(2);
        assertThat(new GraphEditor(declared).forgetTypes().build().valueInfos()).isEmpty();
        Graph without =
                new GraphEditor(declared)
                        .replace(node(declared, "b"))
                        .replaceUses("b", "a")
                        .build();
        assertThat(without.valueInfos()).extracting(Value::name).containsExactly("a");
    }

    @Test
    void unusedPartsGo() {
        Graph graph =
                graph(
                        """
                        graph (x: float[2]) -> (y)
                        w: float[2]
                        v: float[2]
                        d, e = Split(w)
                        f = Relu(e)
                        y, unused = Dropout(x)
                        """);
        Graph cleaned = new GraphEditor(graph).removeUnused().build();
        assertThat(cleaned.nodes()).extracting(Node::opType).containsExactly("Dropout");
        assertThat(cleaned.initializers()).isEmpty();
    }
}
