package dev.espalier.quantize.internal.storage;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.option.HalfType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Replaces each large float32 constant w by one of two bytes and {@code w = Cast(w_float16)}, so
 * that everything that reads w, sub-graphs included, reads what it did.
 */
public final class WeightStorage {
    /** Below this a Cast takes more bytes in the file than it saves. */
    private static final int LEAST_ELEMENTS = 64;

    private final Model model;
    private final HalfType type;
    private final GraphEditor editor;
    private final Set<String> excluded = new HashSet<>();
    private final StorageTally tally;

    public WeightStorage(Model model, HalfType type, List<String> exclude, StorageTally tally) {
        this.model = model;
        this.type = type;
        this.editor = new GraphEditor(model.graph());
        this.tally = tally;
        model.graph().nodes().stream()
                .filter(node -> exclude.contains(node.name()))
                .forEach(node -> excluded.addAll(node.inputs()));
    }

    public Model run(PassContext context) {
        Graph graph = model.graph();
        for (Initializer initializer : graph.initializers().values()) {
            narrow(initializer.name(), initializer.tensor(), context)
                    .ifPresent(
                            narrow -> {
                                editor.removeInitializer(initializer.name());
                                editor.add(cast(initializer.name(), narrow));
                            });
        }
        for (Node node : graph.nodes()) {
            Optional<Tensor> value =
                    node.is("Constant") ? node.attributes().tensor("value") : Optional.empty();
            value.flatMap(tensor -> narrow(node.output(0), tensor, context))
                    .ifPresent(narrow -> editor.replace(node, cast(node.output(0), narrow)));
        }
        return tally.isEmpty() ? model : model.withGraph(editor.closeInputs().build());
    }

    private Optional<Tensor> narrow(String name, Tensor tensor, PassContext context) {
        if (tensor.dataType() != DataType.FLOAT || tensor.elementCount() < LEAST_ELEMENTS) {
            return Optional.empty();
        }
        if (excluded.contains(name)) {
            context.skipped(name, "stays float: a node listed under 'exclude' reads it");
            return Optional.empty();
        }
        List<Node> readers = model.graph().consumers(name);
        if (readers.stream().anyMatch(WeightStorage::readsScales)) {
            context.skipped(name, "stays float: it holds the scales of a quantization");
            return Optional.empty();
        }
        NarrowTensor narrow = NarrowTensor.of(tensor, type);
        if (narrow.tensor() == null) {
            context.skipped(name, narrow.refusal(type));
            return Optional.empty();
        }
        tally.add(narrow);
        return Optional.of(narrow.tensor());
    }

    private static boolean readsScales(Node node) {
        return Operators.hasAny(node, Trait.QUANTIZES, Trait.QUANTIZED);
    }

    private Node cast(String name, Tensor narrow) {
        String stored = editor.addInitializer(name + "_" + tally.suffix(), narrow);
        return Node.of(
                editor.freshName(name + "_Cast"),
                "Cast",
                List.of(stored),
                List.of(name),
                Attributes.NONE.with("to", DataType.FLOAT.id()));
    }
}
