package dev.espalier.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import dev.espalier.core.ir.Node;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What is known of an operator is asked of it, and not concluded from its name. */
@AnalyzeClasses(
        packages = "dev.espalier",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.OnlyOurs.class})
class OperatorNamesTest {
    /**
     * Who may ask for an operator by name, outside of the operators themselves and of the file:
     * those that write or rewrite exactly that operator, say what a runtime does with it, or show
     * the name. All others ask the operator; see decisions 2 and 16.
     */
    private static final Set<String> NAMING_OPERATORS =
            Set.of(
                    "BiasSecond",
                    "ChannelGroupFinder",
                    "ChannelwiseBlend",
                    "ComparedValue",
                    "ConstantFolding",
                    "Convolutions",
                    "CostCounter",
                    "Counterparts",
                    "DenseGroups",
                    "DequantizedWeights",
                    "Diagnosis",
                    "Embedding",
                    "Evaluation",
                    "ExactSums",
                    "FarRanges",
                    "FilterNorms",
                    "FoldBatchNorm",
                    "GlobalPooling",
                    "GraphUpgrade",
                    "GroupFinder",
                    "HalfGraph",
                    "HalfPlacement",
                    "Initialization",
                    "InspectCommand",
                    "IntegerNoise",
                    "IntegerOperators",
                    "Kernel",
                    "KnownValues",
                    "LatencyGate",
                    "LayerParts",
                    "LinearLayers",
                    "Makers",
                    "MultipliedWeights",
                    "NoOps",
                    "NormalizedMeans",
                    "NumberTable",
                    "Planner",
                    "Provenance",
                    "QdqWriter",
                    "ReshapeTargets",
                    "ResidualBranches",
                    "Resizing",
                    "RestoreBatchNorm",
                    "RunningStatistics",
                    "ShortcutConv",
                    "SumsGraph",
                    "To13",
                    "To21",
                    "TorchFile",
                    "WeightStorage",
                    "WeightedLayer");

    @ArchTest
    static void operatorsAreAskedAndNotNamed(JavaClasses all) {
        Set<String> naming =
                all.stream()
                        .filter(
                                resideOutsideOfPackages(
                                        "dev.espalier.core.ir..",
                                        "dev.espalier.core.op..",
                                        "dev.espalier.core.onnx.."))
                        .flatMap(type -> type.getMethodCallsFromSelf().stream())
                        .filter(call -> call.getTargetOwner().isEquivalentTo(Node.class))
                        .filter(call -> Set.of("is", "opType").contains(call.getName()))
                        .map(call -> call.getOriginOwner().getSimpleName())
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(naming).isEqualTo(NAMING_OPERATORS);
    }
}
