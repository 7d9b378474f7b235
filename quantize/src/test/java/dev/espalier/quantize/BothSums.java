package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.quantize.internal.saturation.SaturationProof;
import java.util.List;
import java.util.Map;

/**
 * Opens every model that multiplies bytes a second time, with sums that are exact on every CPU.
 * Where it is proved that none can saturate, both have to give the same bits, on whichever CPU.
 * Where inner values are asked for, the runtime fuses less, and not the same in both: bytes are
 * still the same, while what is computed in floats at the end may be added in another order.
 */
record BothSums(ModelRunner runner, ModelRunner exact) implements ModelRunner {
    @Override
    public Session open(Model model, List<String> values) {
        SaturationProof proof = SaturationProof.of(model, runner);
        return proof.hasLayers()
                ? new Both(
                        runner.open(model, values),
                        exact.open(model, values),
                        proof.isComplete(),
                        isWhole(model, values))
                : runner.open(model, values);
    }

    private static boolean isWhole(Model model, List<String> values) {
        return model.graph().outputs().stream().map(Value::name).toList().equals(values);
    }

    @Override
    public ModelRunner withThreads(int threads) {
        return new BothSums(runner.withThreads(threads), exact.withThreads(threads));
    }

    private record Both(Session first, Session exact, boolean compares, boolean isWhole)
            implements Session {
        private static final float LAST_BITS = 1e-6f;

        @Override
        public Map<String, Tensor> run(Map<String, Tensor> inputs) {
            Map<String, Tensor> found = first.run(inputs);
            Map<String, Tensor> expected = exact.run(inputs);
            if (compares && isWhole) {
                assertThat(found).isEqualTo(expected);
            } else if (compares) {
                expected.forEach((name, value) -> compare(name, found.get(name), value));
            }
            return found;
        }

        private static void compare(String name, Tensor found, Tensor expected) {
            if (!expected.type().dataType().isFloating()) {
                assertThat(found).as(name).isEqualTo(expected);
                return;
            }
            float[] y = expected.toFloats();
            float[] z = found.toFloats();
            float most = 1;
            for (float number : y) {
                most = Float.isFinite(number) ? Math.max(most, Math.abs(number)) : most;
            }
            assertThat(z).as(name).hasSameSizeAs(y);
            for (int i = 0; i < y.length; i++) {
                // An infinity is the same one.
                assertThat(
                                Float.compare(y[i], z[i]) == 0
                                        || Math.abs(y[i] - z[i]) <= LAST_BITS * most)
                        .as("%s: %s and %s", name, y[i], z[i])
                        .isTrue();
            }
        }

        @Override
        public void close() {
            first.close();
            exact.close();
        }
    }
}
