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
                        new AveragePool(),
                        new BatchNormalization(),
                        new BiasedGelu("BiasGelu"),
                        new Conv(),
                        new ConvTranspose(),
                        new Dropout(),
                        new BiasedGelu("FastGelu"),
                        new Gelu(""),
                        new Gelu("com.microsoft"),
                        new GlobalAveragePool(),
                        new GroupNormalization(),
                        new HardSigmoid(),
                        new HardSwish(),
                        new InstanceNormalization(),
                        new LayerNormalization(),
                        new LeakyRelu(),
                        new Softmax("LogSoftmax", "torch.log_softmax"),
                        new MaxPool(),
                        new PRelu(),
                        new QuickGelu(),
                        new Relu(),
                        new Sigmoid(),
                        new SkipLayerNormalization(),
                        new Softmax("Softmax", "torch.softmax"),
                        new Tanh(),
                        new ThresholdedRelu()));
        return List.copyOf(all);
    }
}
