package dev.espalier.core.analysis;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which inputs of a model come to divide integers. A processor stops a program that divides an
 * integer by 0, so that random numbers must not reach there.
 */
final class Divisors {
    private final Graph graph;
    private final ShapeInference types;

    private Divisors(Model model) {
        this.graph = model.graph();
        this.types = ShapeInference.of(model);
    }

    /** The names of those inputs. */
    static Set<String> of(Model model) {
        Divisors divisors = new Divisors(model);
        Set<String> surely = divisors.behind(true);
        Set<String> perhaps = divisors.behind(false);
        return model.graph().feeds().stream()
                .filter(
                        feed ->
                                surely.contains(feed.name())
                                        || isInteger(feed) && perhaps.contains(feed.name()))
                .map(Value::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean isInteger(Value feed) {
        return feed.type().map(TensorType::dataType).filter(DataType::isInteger).isPresent();
    }

    /**
     * All that the divisors depend on.
     *
     * @param surely only of divisions that are known to be of integers
     */
    private Set<String> behind(boolean surely) {
        Deque<String> open = new ArrayDeque<>();
        for (Node node : graph.nodes()) {
            if (Operators.has(node, Trait.DIVIDES) && mayBeInteger(node, surely)) {
                open.add(node.input(1));
            }
            if (!surely && node.attributes().graphs().stream().anyMatch(Divisors::hasDivision)) {
                addReads(node, open);
            }
        }
        Set<String> seen = new HashSet<>();
        while (!open.isEmpty()) {
            String value = open.pop();
            Optional<Node> producer = graph.producer(value);
            if (seen.add(value)
                    && types.constant(value).isEmpty()
                    && producer.filter(node -> !Operators.has(node, Trait.MEASURES)).isPresent()) {
                open.addAll(producer.get().inputs());
            }
        }
        return seen;
    }

    private static void addReads(Node node, Deque<String> names) {
        names.addAll(node.inputs());
        node.attributes().graphs().stream()
                .flatMap(body -> body.nodes().stream())
                .forEach(inner -> addReads(inner, names));
    }

    private boolean mayBeInteger(Node node, boolean surely) {
        List<DataType> known =
                node.inputs().stream()
                        .map(types::type)
                        .flatMap(Optional::stream)
                        .map(TensorType::dataType)
                        .toList();
        return surely
                ? !known.isEmpty() && known.stream().allMatch(DataType::isInteger)
                : known.stream().noneMatch(DataType::isFloating);
    }

    private static boolean hasDivision(Graph body) {
        return body.nodes().stream()
                .anyMatch(
                        node ->
                                Operators.has(node, Trait.DIVIDES)
                                        || node.attributes().graphs().stream()
                                                .anyMatch(Divisors::hasDivision));
    }
}
