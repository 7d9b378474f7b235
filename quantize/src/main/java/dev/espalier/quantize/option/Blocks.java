package dev.espalier.quantize.option;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/** Which weights share a scale, and how it is chosen. */
@Withers
public record Blocks(
        @Option(
                        value = "32",
                        min = 16,
                        max = 256,
                        help = "Weights of one column that share a scale; a power of two.")
                int size,
        @Option(
                        value = "true",
                        help =
                                "Whether zero is the middle code of every block, or each has its own.")
                boolean symmetric,
        @Option(value = "max", help = "How the scale of a block is chosen.") ScaleChoice scale,
        @Option(
                        value = "false",
                        help = "Whether tables of embeddings are kept in such blocks, too.")
                boolean embeddings)
        implements BlocksBuilder.With {
    public Blocks {
        if (Integer.bitCount(size) != 1) {
            throw new InvalidOptionException(
                    "blocks.size must be a power of two from 16 to 256, found " + size);
        }
    }
}
