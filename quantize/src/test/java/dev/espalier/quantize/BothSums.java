package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.saturation.SaturationProof;
import java.util.List;
import java.util.Map;

/**
 * Opens every model that multiplies bytes a second time, with sums that are exact on every CPU.
 * Where it is proved that none can saturate, both have to give the same bits, on whichever CPU.
 */
record BothSums(ModelRunner runner, ModelRunner exact) implements ModelRunner {
    @Override
    public Session open(Model model, List<String> values) {
        SaturationProof proof = SaturationProof.of(model, runner);
        return proof.hasLayers()
                ? new Both(
                        runner.open(model, values), exact.open(model, values), proof.isComplete())
                : runner.open(model, values);
    }

    @Override
    public ModelRunner withThreads(int threads) {
        return new BothSums(runner.withThreads(threads), exact.withThreads(threads));
    }

    private record Both(Session first, Session exact, boolean compares) implements Session {
        @Override
        public Map<String, Tensor> run(Map<String, Tensor> inputs) {
            Map<String, Tensor> found = first.run(inputs);
            Map<String, Tensor> expected = exact.run(inputs);
            if (compares) {
                assertThat(found).isEqualTo(expected);
            }
            return found;
        }

        @Override
        public void close() {
            first.close();
            exact.close();
        }
    }
}
