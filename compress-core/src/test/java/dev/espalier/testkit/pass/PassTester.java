package dev.espalier.testkit.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tests a pass as text before and text after; see {@link GraphText}.
 *
 * <pre>
 *   PassTester.given("...").when(pass).then("...");
 *   PassTester.given("...").when(pass).unchangedBecause("is shared");
 * </pre>
 */
public final class PassTester {
    private static final double TOLERANCE = 1e-5;
    private static final Pattern CONSTANT_WITH_DATA =
            Pattern.compile("^\\s*\"?([^\\s\":]+)\"?\\s*:[^=\\n]*=", Pattern.MULTILINE);

    private final Model before;
    private final PassContext context;

    private PassTester(Model before, PassContext context) {
        this.before = before;
        this.context = context;
    }

    public static PassTester given(String text) {
        return given(GraphText.parse(text));
    }

    public static PassTester given(Model model) {
        return new PassTester(model, PassContext.of(model));
    }

    /** Changes the context that the pass will see. */
    public PassTester with(UnaryOperator<PassContext> setting) {
        return new PassTester(before, setting.apply(context));
    }

    /** Runs {@code pass}, once. */
    public Outcome when(Pass pass) {
        return new Outcome(before, pass.apply(before, context), context);
    }

    /** Lets {@code pass} make the structure only, without the proofs that need a runner. */
    public Outcome whenPreviewed(Pass pass) {
        return new Outcome(before, pass.preview(before, context), context);
    }

    /** What a pass made of a model, and what it said. */
    public record Outcome(Model before, Model after, PassContext context) {
        /**
         * The model after the pass has the graph of {@code text}: inputs, outputs, nodes in order
         * (their names do not count), constants by type, and by content, relative to their largest
         * element to 1e-5, where the text gives it.
         */
        public Outcome then(String text) {
            Model expected = GraphText.parse(text);
            String actual = GraphText.print(after);
            assertThat(signatures(after.graph().inputs()))
                    .as("inputs of\n%s", actual)
                    .isEqualTo(signatures(expected.graph().inputs()));
            assertThat(after.graph().outputs().stream().map(Value::name).toList())
                    .as("outputs of\n%s", actual)
                    .isEqualTo(expected.graph().outputs().stream().map(Value::name).toList());
            assertThat(after.graph().nodes().stream().map(Outcome::nameless).toList())
                    .as("nodes of\n%s", actual)
                    .isEqualTo(expected.graph().nodes().stream().map(Outcome::nameless).toList());
            assertThat(after.graph().initializers().keySet())
                    .as("constants of\n%s", actual)
                    .isEqualTo(expected.graph().initializers().keySet());
            Set<String> withData = withData(text);
            for (Initializer initializer : expected.graph().initializers().values()) {
                Tensor tensor = after.graph().initializers().get(initializer.name()).tensor();
                assertThat(tensor.type())
                        .as("type of %s in\n%s", initializer.name(), actual)
                        .isEqualTo(initializer.tensor().type());
                if (withData.contains(initializer.name())) {
                    assertEqual(initializer.name(), tensor, initializer.tensor());
                }
            }
            return this;
        }

        /** The pass returned the model itself. */
        public Outcome unchanged() {
            assertThat(after).as(GraphText.print(after)).isSameAs(before);
            return this;
        }

        /** The pass returned the model itself and gave a reason that contains {@code reason}. */
        public Outcome unchangedBecause(String reason) {
            return unchanged().skipped(reason);
        }

        /** The pass refused something for a reason that contains {@code reason}. */
        public Outcome skipped(String reason) {
            assertThat(context.skips())
                    .map(PassRun.Skip::toString)
                    .as("reasons")
                    .anyMatch(text -> text.contains(reason));
            return this;
        }

        /** The pass refused nothing. */
        public Outcome skippedNothing() {
            assertThat(context.skips()).as("reasons").isEmpty();
            return this;
        }

        /** The pass noted something that contains {@code text}. */
        public Outcome noted(String text) {
            assertThat(context.notes()).as("notes").anyMatch(note -> note.contains(text));
            return this;
        }

        private static List<String> signatures(List<Value> values) {
            return values.stream().map(value -> value.name() + value.type()).toList();
        }

        private static Node nameless(Node node) {
            return new Node(
                    "",
                    node.isStandard() ? "" : node.domain(),
                    node.opType(),
                    node.overload(),
                    node.inputs(),
                    node.outputs(),
                    node.attributes(),
                    node.extras());
        }

        private static Set<String> withData(String text) {
            Set<String> names = new HashSet<>();
            Matcher matcher = CONSTANT_WITH_DATA.matcher(text);
            while (matcher.find()) {
                names.add(matcher.group(1));
            }
            return names;
        }

        private static void assertEqual(String name, Tensor actual, Tensor expected) {
            if (!expected.dataType().isFloating()) {
                assertThat(actual).as(name).isEqualTo(expected);
                return;
            }
            float[] values = expected.toFloats();
            float largest = 0;
            for (float value : values) {
                largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
            }
            float[] found = actual.toFloats();
            for (int i = 0; i < values.length; i++) {
                if (Float.isFinite(values[i])) {
                    assertThat((double) found[i])
                            .as("%s[%d]", name, i)
                            .isCloseTo(values[i], within(TOLERANCE * largest));
                } else {
                    assertThat(found[i]).as("%s[%d]", name, i).isEqualTo(values[i]);
                }
            }
        }
    }
}
