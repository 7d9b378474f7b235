package dev.espalier.cli.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.quantize.internal.saturation.SaturationProof;

/** Whether a model's sums of 8-bit products are the same on every CPU, for people and programs. */
public final class SaturationView {
    private final SaturationProof proof;

    /**
     * Looks at all layers.
     *
     * @param runner computes weights that are stored as something else
     */
    public SaturationView(Model model, ModelRunner runner) {
        this.proof = SaturationProof.of(model, runner);
    }

    /** Whether the model multiplies bytes at all. */
    public boolean isShown() {
        return proof.hasLayers();
    }

    /** Whether there is more to say than that all is well. */
    public boolean isWarning() {
        return proof.hasLayers() && !proof.isComplete();
    }

    /** For a cell of a table. */
    public String brief() {
        if (!proof.hasLayers()) {
            return "none";
        }
        if (!proof.saturable().isEmpty()) {
            return "%s of %s layers can saturate"
                    .formatted(proof.saturable().size(), proof.verdicts().size());
        }
        return proof.isComplete()
                ? "cannot saturate"
                : "%s of %s layers unproved"
                        .formatted(proof.unproved().size(), proof.verdicts().size());
    }

    /** In a sentence or two. */
    public String text() {
        return proof.toString();
    }

    public ObjectNode json() {
        ObjectNode json = Json.object().put("layers", proof.verdicts().size());
        ArrayNode saturable = json.putArray("saturable");
        proof.saturable()
                .forEach(
                        layer ->
                                saturable
                                        .addObject()
                                        .put("layer", layer.layer())
                                        .put("channels", layer.channels())
                                        .put("saturable", layer.saturable()));
        ArrayNode unproved = json.putArray("unproved");
        proof.unproved()
                .forEach(
                        layer ->
                                unproved.addObject()
                                        .put("layer", layer.layer())
                                        .put("reason", layer.unproved()));
        return json;
    }
}
