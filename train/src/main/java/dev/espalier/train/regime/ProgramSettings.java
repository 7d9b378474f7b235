package dev.espalier.train.regime;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * How the training program is made from the model.
 *
 * @param precision of activations; weights are float32
 * @param restoreBatchNorm whether batch normalization that an export folded into its convolutions
 *     is put back for training, and folded again afterwards
 */
@Withers
public record ProgramSettings(
        @Option(
                        value = "auto",
                        help = "Type of activations: auto takes bfloat16 where it is faster")
                Precision precision,
        @Option(
                        value = "true",
                        help =
                                "Whether folded batch-norm is put back for training and folded again")
                boolean restoreBatchNorm)
        implements ProgramSettingsBuilder.With {}
