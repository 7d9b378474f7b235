package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.VerificationException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.option.Target;
import java.util.List;

/** What a pass that writes integers says of the sums in its file, and holds itself to. */
public final class WrittenSums {
    private WrittenSums() {}

    /**
     * Notes whether sums can saturate, and names layers that somebody else wrote so or of which
     * nothing is known.
     *
     * @param before the network that the pass was given
     * @param target of the pass
     * @param weights how great they became, for the same note
     * @throws VerificationException where a sum can saturate that the target forbids
     */
    public static void note(
            Model before, Model written, Target target, String weights, PassContext context) {
        SaturationProof proof = SaturationProof.of(written, context.runner());
        context.note(weights + "; " + proof);
        proof.unproved()
                .forEach(layer -> context.skipped(layer.layer(), "unproved: " + layer.unproved()));
        List<SaturationProof.Verdict> others =
                SaturationProof.of(before, context.runner()).saturable();
        others.forEach(
                layer ->
                        context.skipped(
                                layer.layer(),
                                "stays as it is: it was quantized before, and its sums can saturate"
                                        + " on x86 CPUs without VNNI"));
        if (!target.isExact(context.runner()) && proof.saturable().size() > others.size()) {
            throw new VerificationException(
                    "no sum was to be written that saturates on any CPU, and " + proof);
        }
    }
}
