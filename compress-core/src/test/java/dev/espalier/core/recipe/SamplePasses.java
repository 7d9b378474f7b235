package dev.espalier.core.recipe;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.Withers;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Passes with options of every type, for the tests of recipes. */
final class SamplePasses {
    private SamplePasses() {}

    static final PassRegistry REGISTRY = PassRegistry.of(List.of(Trim.class, Learn.class));

    enum Rule {
        L1,
        GEOMETRIC_MEDIAN
    }

    record Schedule(
            @Option(value = "10", help = "Epochs.", min = 1, max = 1000) int epochs,
            @Option(value = "0.1", help = "Rate.", min = 0) double learningRate) {}

    @PassInfo(id = "trim", summary = "Removes something.", paper = "Someone, 2017")
    @Withers
    record Trim(
            @Option(value = "l1", help = "What is kept.") Rule criterion,
            @Option(help = "Share of the cost that stays.", min = 0.01, max = 1) double macs,
            @Option(value = "[]", help = "Names of nodes to leave.") List<String> keep,
            @Option(value = "null", help = "Step of widths.", min = 1) Optional<Integer> roundTo)
            implements Pass, SamplePassesTrimBuilder.With {
        static Trim of(double macs) {
            return Options.of(Trim.class, Map.of("macs", tree -> macs));
        }

        Trim {
            if (criterion == Rule.GEOMETRIC_MEDIAN && roundTo.isPresent()) {
                throw new IllegalArgumentException("geometric-median cannot round");
            }
        }

        @Override
        public Model apply(Model model, PassContext context) {
            return model;
        }
    }

    @PassInfo(id = "learn", summary = "Learns something.")
    record Learn(
            @Option(help = "How long.") Schedule schedule,
            @Option(value = "true", help = "Mirror.") boolean flip,
            @Option(value = "7", help = "Salt.") long salt,
            @Option(value = "auto", absent = "auto", help = "Examples.", min = 1, max = 9)
                    Optional<Integer> batch)
            implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            return model;
        }

        @Override
        public boolean needsData() {
            return true;
        }
    }
}
