package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.option.Target;
import dev.espalier.testkit.pass.RandomSamples;
import java.nio.file.Path;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/** Prints the outputs of a model on random samples as the CPU computes them that this runs on. */
final class OutputBits {
    private static final int SAMPLES = 4;

    private OutputBits() {}

    /** The samples. */
    static Map<String, Tensor> inputs(Model model) {
        int[] all = IntStream.range(0, SAMPLES).toArray();
        return RandomSamples.of(model, SAMPLES).batch(all).inputs();
    }

    /** The numbers of the first output, to the last bit. */
    static String of(Model model, ModelRunner.Session session) {
        Tensor output = session.run(inputs(model)).values().iterator().next();
        StringJoiner text = new StringJoiner(" ");
        for (float value : output.toFloats()) {
            text.add(Float.toHexString(value));
        }
        return text.toString();
    }

    /**
     * @param args the model's file
     */
    public static void main(String[] args) {
        Model model = OnnxReader.read(Path.of(args[0]));
        System.out.println("adds exactly: " + Target.addsExactly(Runners.PLAIN));
        try (ModelRunner.Session session = Runners.PLAIN.open(model)) {
            System.out.println("bits: " + of(model, session));
        }
    }
}
