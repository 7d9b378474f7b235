package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.List;

/**
 * Layers, poolings, normalizations and activations: a new one is its file, its test, and one line
 * here.
 */
public final class NeuralOperators {
    private NeuralOperators() {}

    public static List<Operator> all() {
        List<Operator> all = new ArrayList<>(Activation.all());
        all.addAll(
                List.of(
                        new Attention(),
                        new AveragePool(),
                        new BatchNormalization(),
                        new BiasedGelu("BiasGelu"),
                        new Conv(),
                        new ConvTranspose(),
                        new DeformConv(),
                        new Dropout(),
                        new EmbedLayerNormalization(),
                        new BiasedGelu("FastGelu"),
                        new FusedConv(),
                        new FusedGemm(),
                        new GRU(),
                        new Gelu(""),
                        new Gelu("com.microsoft"),
                        new GlobalAveragePool(),
                        new GlobalLpPool(),
                        new GlobalMaxPool(),
                        new GroupNormalization(),
                        new GroupQueryAttention(),
                        new HardSigmoid(),
                        new HardSwish(),
                        new InstanceNormalization(),
                        new LRN(),
                        new LSTM(),
                        new LayerNormalization(),
                        new LeakyRelu(),
                        new Softmax("LogSoftmax", "torch.log_softmax"),
                        new LpNormalization(),
                        new LpPool(),
                        new MaxPool(),
                        new MaxUnpool(),
                        new MeanVarianceNormalization(),
                        new MultiHeadAttention(),
                        new NhwcMaxPool(),
                        new PRelu(),
                        new ProjectedAttention(),
                        new QuickGelu(),
                        new RMSNormalization("RMSNormalization", 1),
                        new RNN(),
                        new Relu(),
                        new RotaryEmbedding(""),
                        new RotaryEmbedding("com.microsoft"),
                        new Sigmoid(),
                        new RMSNormalization("SimplifiedLayerNormalization", 2),
                        new SkipLayerNormalization("SkipLayerNormalization", 5),
                        new SkipLayerNormalization("SkipSimplifiedLayerNormalization", 4),
                        new Softmax("Softmax", "torch.softmax"),
                        new Tanh(),
                        new ThresholdedRelu()));
        return List.copyOf(all);
    }
}
