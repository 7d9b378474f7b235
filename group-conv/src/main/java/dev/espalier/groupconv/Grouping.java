package dev.espalier.groupconv;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Proof;
import dev.espalier.groupconv.internal.convert.Converted;
import dev.espalier.groupconv.internal.convert.GroupConversion;
import dev.espalier.groupconv.structure.GroupStructure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The groups that were chosen for each layer.
 *
 * @param layers what may be cut
 * @param shuffles of each
 * @param kept of each, by level
 * @param levels of all
 */
record Grouping(
        List<CuttableLayer> layers,
        List<Shuffle> shuffles,
        List<List<Double>> kept,
        GroupLevels levels) {
    /** Whether every layer stays dense. */
    boolean isEmpty() {
        return levels.levels().stream().allMatch(level -> level == 0);
    }

    private int groups(int i) {
        return 1 << levels.levels().get(i);
    }

    /** What holds the weights outside of groups at 0. */
    GroupMask mask() {
        return new GroupMask(structures(false));
    }

    /**
     * @param byName by the layer's name, not by its weight's
     */
    private Map<String, GroupStructure> structures(boolean byName) {
        Map<String, GroupStructure> structures = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            if (groups(i) > 1) {
                GroupableLayer layer = layers.get(i).layer();
                structures.put(
                        byName ? layer.name() : layer.weight(),
                        shuffles.get(i).structure(groups(i)));
            }
        }
        return structures;
    }

    /** Says how each layer is cut, and what that keeps. */
    void tell(PassContext context) {
        for (int i = 0; i < layers.size(); i++) {
            if (groups(i) > 1) {
                context.note(
                        String.format(
                                Locale.ROOT,
                                "%s: %s groups keep %.3f of its weights",
                                layers.get(i).layer().label(),
                                groups(i),
                                kept.get(i).get(levels.levels().get(i))));
            }
        }
        long cut = levels.levels().stream().filter(level -> level > 0).count();
        context.note(
                String.format(
                        Locale.ROOT,
                        "%s of %s convolutions get groups, which removes %.3f of what they cost; each keeps at least %.3f of its weights",
                        cut,
                        layers.size(),
                        levels.removed(),
                        levels.threshold()));
    }

    /** Says of each layer that could be cut further why it is not. */
    void tellRefusals(double least, PassContext context) {
        for (int i = 0; i < layers.size(); i++) {
            int next = levels.levels().get(i) + 1;
            if (next < kept.get(i).size()) {
                context.skipped(
                        layers.get(i).layer().label(),
                        String.format(
                                Locale.ROOT,
                                "%s groups would keep %.3f of its weights, at least %s is asked for; train, or lower target.min-kept",
                                1 << next,
                                kept.get(i).get(next),
                                least));
            }
        }
    }

    /** The masked network with group convolutions, proved to compute the same. */
    Model proved(Model masked, PassContext context) {
        Converted converted =
                GroupConversion.convert(masked, structures(true), context.inputShapes());
        Proof proof = Proof.equal(converted.masked(), converted.model(), converted, context);
        tell(converted, context);
        context.note(proof.toString());
        return converted.model();
    }

    /** The same without a proof. */
    Model converted(Model model, PassContext context) {
        if (isEmpty()) {
            return model;
        }
        Converted converted =
                GroupConversion.convert(model, structures(true), context.inputShapes());
        tell(converted, context);
        return converted.model();
    }

    private static void tell(Converted converted, PassContext context) {
        converted.layers().stream()
                .filter(layer -> !layer.stays().isEmpty() || layer.refusal().isPresent())
                .forEach(layer -> context.note(layer.toString()));
        context.note(converted.toString());
    }
}
