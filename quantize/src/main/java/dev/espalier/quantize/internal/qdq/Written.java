package dev.espalier.quantize.internal.qdq;

import dev.espalier.core.ir.Model;
import dev.espalier.quantize.internal.grid.GreatestWeights;
import dev.espalier.quantize.internal.placement.Placement;

/**
 * A network that was written in integers.
 *
 * @param placement what is in integers of it
 * @param greatest how great its 8-bit weights became
 */
public record Written(Model model, Placement placement, GreatestWeights greatest) {}
