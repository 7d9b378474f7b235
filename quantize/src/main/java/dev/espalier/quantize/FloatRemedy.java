package dev.espalier.quantize;

import dev.espalier.core.choice.Alternative;
import dev.espalier.core.choice.Choice;
import dev.espalier.core.choice.Chooser;
import dev.espalier.core.choice.Chooser.Verdict;
import dev.espalier.core.choice.Costs;
import dev.espalier.core.choice.Decision;
import dev.espalier.core.choice.Measure;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Remedy;
import dev.espalier.core.pass.Remedy.Situation;
import dev.espalier.core.pass.Remedy.Variant;
import dev.espalier.quantize.internal.effect.LayerErrors;
import dev.espalier.quantize.internal.repair.CalibrationInputs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Brings layers back to float, those first that give most for a microsecond. Where the error arises
 * is measured, see {@link LayerErrors}; of the worst places two ways out are tried alone, each with
 * the time that it costs:
 *
 * <pre>
 *   the layer that makes the value       its weights were rounded
 *   that and the layers that read it     the value itself was rounded
 * </pre>
 */
final class FloatRemedy {
    /** Places that are tried. */
    private static final int PLACES = 8;

    /** On which they are tried. */
    private static final int SAMPLES = 64;

    /** What changes nothing but order, type or limits: its readers read the value. */
    private static final Trait[] FOLLOWED = {
        Trait.REARRANGES, Trait.SELECTS, Trait.RETYPES, Trait.LIMITS
    };

    /** Makes the changed network with nodes of these names left float. */
    @FunctionalInterface
    interface Excluding {
        /**
         * @param last the pass, as the remedies before have changed it
         * @param given the network that it is given
         */
        Model apply(Pass last, List<String> names, Model given, PassContext context);
    }

    /** The pass with nodes of these names left float, as a recipe says it. */
    @FunctionalInterface
    interface Named {
        Pass of(Pass last, List<String> names);
    }

    private final Excluding excluding;
    private final Named named;

    private FloatRemedy(Excluding excluding, Named named) {
        this.excluding = excluding;
        this.named = named;
    }

    static Remedy of(Excluding excluding, Named named) {
        return new Remedy("layers in float", new FloatRemedy(excluding, named)::variants);
    }

    private List<Variant> variants(Situation situation, PassContext context) {
        PassContext trial = context.withData(context.data().withCalibration(SAMPLES));
        Model given = situation.before();
        for (Pass pass : situation.passes().subList(0, situation.passes().size() - 1)) {
            given = pass.forTrial().apply(given, trial);
        }
        List<Decision<Set<String>>> decisions = decisions(situation, given, trial);
        List<Variant> variants = new ArrayList<>();
        Chooser.walk(
                decisions,
                Chooser.path(decisions, Measure.ERROR, Measure.MICROS),
                (step, choice) -> {
                    List<String> names = names(choice);
                    variants.add(
                            new Variant(
                                    "in float: " + String.join(", ", names),
                                    situation.withLast(named.of(situation.last(), names))));
                    return Verdict.KEEP;
                });
        return variants;
    }

    private static List<String> names(Choice<Set<String>> choice) {
        Set<String> names = new LinkedHashSet<>();
        choice.changed().forEach(decision -> names.addAll(choice.of(decision)));
        return List.copyOf(names);
    }

    private List<Decision<Set<String>>> decisions(
            Situation situation, Model given, PassContext context) {
        Model changed = excluding.apply(situation.last(), List.of(), given, context);
        FloatCosts costs =
                new FloatCosts(
                        situation.before(),
                        changed,
                        names -> excluding.apply(situation.last(), names, given, context),
                        context);
        OutputNoise noise =
                new OutputNoise(
                        situation.before(),
                        CalibrationInputs.of(situation.before(), SAMPLES, context),
                        context);
        List<LayerErrors.Found> worst =
                LayerErrors.of(situation.before(), changed, context).stream()
                        .limit(PLACES)
                        .toList();
        List<Decision<Set<String>>> decisions = new ArrayList<>();
        try (Progress.Task task =
                context.progress().begin("layers back in float", worst.size(), "places")) {
            for (LayerErrors.Found error : worst) {
                List<Alternative<Set<String>>> alternatives = new ArrayList<>();
                alternatives.add(new Alternative<>(Set.of(), Costs.NONE));
                for (Set<String> names : ways(given.graph(), error)) {
                    context.checkCancelled();
                    alternatives.add(new Alternative<>(names, costs.of(List.copyOf(names), noise)));
                }
                decisions.add(new Decision<>(error.value(), alternatives));
                task.advance(1);
            }
        }
        return decisions;
    }

    /** The sets of layers that may go back for the error at one value to go. */
    private static Set<Set<String>> ways(Graph graph, LayerErrors.Found error) {
        Set<Set<String>> ways = new LinkedHashSet<>();
        Set<String> names = new LinkedHashSet<>();
        error.maker().map(Node::name).filter(name -> !name.isEmpty()).ifPresent(names::add);
        ways.add(Set.copyOf(names));
        names.addAll(readers(graph, error.value()));
        ways.add(names);
        ways.removeIf(Set::isEmpty);
        return ways;
    }

    /** What reads {@code value}, or what becomes of it one number at a time. */
    private static Set<String> readers(Graph graph, String value) {
        Set<String> names = new LinkedHashSet<>();
        Set<Node> seen = new HashSet<>();
        Deque<Node> left = new ArrayDeque<>(graph.consumers(value));
        while (!left.isEmpty()) {
            Node reader = left.removeFirst();
            if (seen.add(reader)) {
                if (Operators.hasAny(reader, FOLLOWED)) {
                    left.addAll(graph.consumers(reader.output(0)));
                } else {
                    names.add(reader.name());
                }
            }
        }
        names.remove("");
        return names;
    }
}
