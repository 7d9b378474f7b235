package dev.espalier.core.onnx;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Function;
import dev.espalier.core.ir.Graph;
import java.util.HashSet;
import java.util.Set;

/** Holds a function of a file to what {@link Function} promises. */
final class FunctionCheck {
    private FunctionCheck() {}

    /**
     * ONNX leaves to runtimes whether an operator or a function that redefines it counts; a model
     * must not mean two things.
     */
    static void check(Function.Id id, Source source) {
        if (id.name().isEmpty()) {
            throw source.damaged("a function of the domain '" + id.domain() + "' has no name");
        }
        if (id.domain().isEmpty() || id.domain().equals("ai.onnx")) {
            throw new UnsupportedModelException(
                    "%s: function '%s' redefines an operator of the standard domain"
                            .formatted(source.name(), id.name()));
        }
    }

    /**
     * {@code function}, with its nodes sorted where they were not.
     *
     * @param source whose messages name the function
     */
    static Function check(Function function, Source source) {
        Set<String> names = new HashSet<>(function.defaults().asMap().keySet());
        for (String attribute : function.attributes()) {
            if (attribute.isEmpty() || !names.add(attribute)) {
                throw source.damaged(
                        attribute.isEmpty()
                                ? "one of its attributes has no name"
                                : "it has the attribute '" + attribute + "' twice");
            }
        }
        function.defaults()
                .asMap()
                .forEach(
                        (name, value) -> {
                            if (value instanceof Attribute.Reference) {
                                throw source.damaged(
                                        "the default of its attribute '"
                                                + name
                                                + "' is no value, but a reference");
                            }
                        });
        Graph body = GraphCheck.check(function.body(), source);
        References.check(body, function::declares, source);
        for (Graph graph : function.defaults().graphs()) {
            References.check(graph, name -> false, source);
        }
        return body == function.body() ? function : function.withBody(body);
    }
}
