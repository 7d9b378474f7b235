package dev.espalier.testkit;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Operator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * One call of one operator, with inputs to run it on.
 *
 * @param text the node, as its test has it
 * @param model of the one node
 * @param withoutSlope why its gradient is not compared with differences; empty where it is
 * @param openSizes why sizes of its outputs are not known beforehand; empty where they are
 */
public record OperatorExample(String text, Model model, String withoutSlope, String openSizes) {
    private static final List<OperatorExample> ALL = find();

    /** The examples at all tests of operators, each operator's together. */
    public static List<OperatorExample> all() {
        return ALL;
    }

    private static List<OperatorExample> find() {
        return ReflectionSupport.findAllClassesInPackage(
                        Operators.class.getPackageName(),
                        type -> type.getAnnotationsByType(OperatorExamples.class).length > 0,
                        name -> true)
                .stream()
                .flatMap(type -> Stream.of(type.getAnnotationsByType(OperatorExamples.class)))
                .flatMap(OperatorExample::each)
                .sorted(java.util.Comparator.comparing(OperatorExample::key))
                .toList();
    }

    private static Stream<OperatorExample> each(OperatorExamples examples) {
        return Stream.of(examples.calls())
                .map(
                        call ->
                                new OperatorExample(
                                        call,
                                        GraphText.parse(examples.given() + "\n" + call),
                                        examples.withoutSlope(),
                                        examples.openSizes()));
    }

    /** The examples of one operator. */
    public static List<OperatorExample> of(Operator operator) {
        return all().stream().filter(example -> example.operator() == operator).toList();
    }

    public Node node() {
        return model.graph().nodes().get(0);
    }

    public Operator operator() {
        return Operators.of(node())
                .orElseThrow(() -> new IllegalStateException("no operator is listed for " + text));
    }

    private String key() {
        return operator().type() + " " + operator().domain();
    }

    /** The call as analyses see it. */
    public Call call() {
        return ShapeInference.of(model).call(node());
    }

    /** The names of the outputs that are given, in order. */
    public List<String> outputs() {
        return node().outputs().stream().filter(name -> !name.isEmpty()).toList();
    }

    /** What the model is fed, by name; the same every time. */
    public Map<String, Tensor> feeds() {
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        for (Value feed : model.graph().feeds()) {
            feeds.put(feed.name(), random(feed.tensorType(), 11 + feeds.size()));
        }
        return feeds;
    }

    private static Tensor random(TensorType type, int seed) {
        String text = "graph () -> (t)\nt: %s = seed(%d)".formatted(type, seed);
        return GraphText.parse(text).graph().constant("t").orElseThrow();
    }

    /** The model with what it is fed as constants. */
    public Model bound() {
        return BoundModel.of(model, feeds());
    }

    @Override
    public String toString() {
        return text;
    }
}
