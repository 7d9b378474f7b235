package dev.espalier.quantize.internal.effect;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.ComparedExamples;
import dev.espalier.core.pass.Effect;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.saturation.ExactNetwork;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Notes what a pass did to a network's output, and finds by measurement why where that is far from
 * what it was.
 */
public final class Diagnosis {
    /** By how much exact sums have to be nearer for others to be the cause. */
    private static final double CLEARLY = 3;

    /** Levels that 90 % of the values should span at least, of 256. */
    private static final int FEW = 16;

    private final Model before;
    private final Model after;
    private final Effect effect;
    private final PassContext context;
    private final ComparedExamples examples;
    private boolean sumsUnknown;

    /**
     * @param effect that was measured, on some examples
     */
    private Diagnosis(Model before, Model after, Effect effect, PassContext context) {
        this.before = before;
        this.after = after;
        this.effect = effect;
        this.context = context;
        this.examples = ComparedExamples.of(before, context, effect.examples());
    }

    /**
     * Loads the changed network in the runtime, notes how far its output is from what it was and,
     * where that is far, warns and says why.
     *
     * @param before the network that the pass was given
     * @return {@code after}, of which nothing is said where it is {@code before} itself
     * @throws UnsupportedModelException where the runtime refuses it, or where {@code before} gives
     *     numbers on the data that are not finite
     * @throws dev.espalier.core.VerificationException where {@code after} alone does
     */
    public static Model noted(Model before, Model after, PassContext context) {
        if (after != before && !compare(before, after, context, false)) {
            context.runner().open(after).close();
            context.note("the changed model loads in the runtime; no data to compare outputs on");
        }
        return after;
    }

    /**
     * Like {@link #noted}, of a pass that leaves what each value stands for: how much of the error
     * comes from which layer is shown, too.
     */
    public static Model notedByLayer(Model before, Model after, PassContext context) {
        if (after != before && !compare(before, after, context, true)) {
            context.runner().open(after).close();
            context.note("the changed model loads in the runtime; no data to compare outputs on");
        }
        return after;
    }

    /**
     * Like {@link #noted}, of a pass that runs nothing unless it has data: the changed network is
     * not loaded without.
     */
    public static Model notedOnData(Model before, Model after, PassContext context) {
        if (after != before && !compare(before, after, context, false)) {
            context.note("no data to compare outputs on");
        }
        return after;
    }

    private static boolean compare(
            Model before, Model after, PassContext context, boolean byLayer) {
        Optional<Effect> effect = Effect.noted(before, after, context);
        effect.ifPresent(found -> new Diagnosis(before, after, found, context).tell(byLayer));
        return effect.isPresent();
    }

    private void tell(boolean byLayer) {
        if (!effect.isFar() && (!byLayer || effect.isSame())) {
            return;
        }
        List<LayerNoise> noises = List.of();
        Optional<String> obstacle = Optional.empty();
        try {
            noises =
                    NoiseSearch.harmful(
                            before,
                            after,
                            Effect.output(before).orElseThrow(),
                            examples,
                            NoiseSearch.FEW,
                            context);
        } catch (UnsupportedModelException e) {
            obstacle =
                    Optional.of(
                            "which layer contributes most could not be measured: "
                                    + e.getMessage());
        }
        if (byLayer) {
            LayerErrors.show(LayerErrors.found(before, after, noises), context);
        }
        if (effect.isFar()) {
            context.warn(warning(noises, obstacle));
        } else {
            obstacle.ifPresent(context::note);
        }
    }

    /**
     * What was found.
     *
     * @param detail figures that show it
     */
    private record Finding(Cause cause, String detail) {}

    /** One sentence or two that name the layer, the cause and what helps. */
    private String warning(List<LayerNoise> noises, Optional<String> obstacle) {
        Optional<Finding> sums = saturation();
        if (noises.isEmpty()) {
            return "the output is far from what it was%s; %s"
                    .formatted(
                            sums.map(this::because).orElse(""),
                            obstacle.orElse(
                                    "no layer could be found that contributes most, since none of the values that both networks have differs by itself"));
        }
        LayerNoise noise = noises.get(0);
        Optional<Node> node = maker(noise);
        Finding finding = sums.orElseGet(() -> local(noise, node));
        return "the output is far from what it was, and %s contributes most: its error alone leaves a signal-to-noise ratio of %s; likely cause: %s"
                .formatted(
                        node.map(Node::label).orElse("input '" + noise.value().name() + "'"),
                        decibels(noise.carried().decibels()),
                        text(finding));
    }

    private String because(Finding finding) {
        return "; likely cause: " + text(finding);
    }

    private String text(Finding finding) {
        String unknown =
                sumsUnknown && finding.cause() == Cause.ROUNDING
                        ? ", unless sums of 8-bit products saturate, which cannot be told of this file"
                        : "";
        return finding.cause().words()
                + finding.detail()
                + unknown
                + "; "
                + finding.cause().remedy();
    }

    private static String decibels(double ratio) {
        return String.format(Locale.ROOT, "%.1f dB", ratio);
    }

    private Optional<Finding> saturation() {
        Optional<Model> exact = ExactNetwork.of(after, context.runner());
        sumsUnknown = exact.isEmpty();
        return exact.filter(model -> model != after)
                .flatMap(model -> Effect.of(before, model, context))
                .map(Effect::decibels)
                .filter(ratio -> ratio >= effect.decibels() + CLEARLY)
                .map(
                        ratio ->
                                new Finding(
                                        Cause.SATURATION,
                                        ": with exact sums the ratio is %s instead of %s"
                                                .formatted(
                                                        decibels(ratio),
                                                        decibels(effect.decibels()))));
    }

    private Optional<Node> maker(LayerNoise noise) {
        Set<String> known =
                KnownValues.of(before, after).stream()
                        .map(KnownValue::name)
                        .collect(Collectors.toSet());
        return new Makers(before.graph(), known).of(noise.value().name());
    }

    private Finding local(LayerNoise noise, Optional<Node> node) {
        boolean isInteger = noise.value().grid().isPresent();
        Optional<Finding> far = isInteger ? node.flatMap(this::far) : Optional.empty();
        if (far.isPresent() && node.get().is("Add")) {
            return far.get();
        }
        if (noise.isOfGrid() && noise.isClipped()) {
            return new Finding(
                    Cause.RANGE,
                    String.format(
                            Locale.ROOT,
                            ": %.2g %% of them are beyond it and clipped",
                            100 * noise.clippedShare()));
        }
        if (noise.isOfGrid() && noise.span() <= FEW) {
            return new Finding(
                    Cause.RANGE,
                    ": it is so wide that 90 %% of them share %s of the %s levels"
                            .formatted(noise.span(), ByteGrid.LEVELS));
        }
        if (far.isPresent()) {
            return far.get();
        }
        boolean isBias = node.filter(this::hasSameWeight).isPresent();
        return new Finding(isBias ? Cause.BIAS : Cause.ROUNDING, "");
    }

    /** Where {@code node} is an Add or Mul of far ranges. */
    private Optional<Finding> far(Node node) {
        if (!node.is("Add") && !node.is("Mul")) {
            return Optional.empty();
        }
        Reach reach = Reach.of(node, before, examples, context);
        return reach.isFar()
                ? Optional.of(new Finding(Cause.FAR_SUMMANDS, ": they reach as far as " + reach))
                : Optional.empty();
    }

    /** Whether a layer is the same but for its bias. */
    private boolean hasSameWeight(Node node) {
        Optional<Tensor> weight = before.graph().constant(node.input(1));
        Optional<Node> changed = after.graph().producer(node.output(0));
        return weight.isPresent()
                && node.hasInput(2)
                && changed.filter(c -> c.is(node.opType())).isPresent()
                && weight.equals(after.graph().constant(changed.get().input(1)))
                && node.input(0).equals(changed.get().input(0));
    }
}
