package dev.espalier.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The borders between modules and layers, and the habits that hold everywhere. */
@AnalyzeClasses(
        packages = "dev.espalier",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.OnlyOurs.class})
class ArchitectureTest {
    /** Generated classes and the test kit are not ours to judge. */
    static final class OnlyOurs implements ImportOption {
        @Override
        public boolean includes(com.tngtech.archunit.core.importer.Location location) {
            return !location.contains("-tests.jar")
                    && !location.contains("/testkit/")
                    && !location.contains("/core/internal/proto/")
                    && !location.contains("/jmh_generated/");
        }
    }

    private static final String ROOT = "dev.espalier";
    private static final List<String> TECHNIQUES =
            List.of("prune", "distill", "quantize", "graft", "groupconv");

    /** Fewer would mean that a rule looks at nothing and passes for that reason. */
    private static final int FEWEST_CLASSES = 250;

    @ArchTest
    static void seesTheWholeProject(JavaClasses all) {
        assertThat(all.size()).isGreaterThan(FEWEST_CLASSES);
        Set<String> modules =
                all.stream()
                        .map(type -> (type.getPackageName() + ".door").split("\\.")[2])
                        .collect(Collectors.toSet());
        assertThat(modules)
                .contains(
                        "core",
                        "linalg",
                        "runtime",
                        "train",
                        "prune",
                        "graft",
                        "distill",
                        "quantize",
                        "groupconv",
                        "input",
                        "internal",
                        "door",
                        "cli");
    }

    @ArchTest
    static final ArchRule irDependsOnNothingOfOurs =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + ".core.ir..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage(ROOT + "..")
                                    .and(
                                            resideOutsideOfPackages(
                                                    ROOT + ".core.ir..", ROOT + ".core")));

    @ArchTest
    static final ArchRule coreLayers =
            layeredArchitecture()
                    .consideringOnlyDependenciesInAnyPackage(ROOT + ".core..")
                    .layer("ir")
                    .definedBy(ROOT + ".core.ir..")
                    .layer("data")
                    .definedBy(
                            ROOT + ".core.data..",
                            ROOT + ".core.internal.image..",
                            ROOT + ".core.internal.stored..")
                    .layer("op")
                    .definedBy(ROOT + ".core.op..")
                    .layer("analysis")
                    .definedBy(ROOT + ".core.analysis..")
                    .layer("layer")
                    .definedBy(ROOT + ".core.layer..")
                    .layer("profile")
                    .definedBy(ROOT + ".core.profile..")
                    .layer("pass")
                    .definedBy(ROOT + ".core.pass..")
                    .layer("measuring")
                    .definedBy(ROOT + ".core.internal.profile..")
                    .layer("simplify")
                    .definedBy(ROOT + ".core.simplify..")
                    .layer("upgrade")
                    .definedBy(ROOT + ".core.upgrade..")
                    .layer("choice")
                    .definedBy(ROOT + ".core.choice..")
                    .layer("guard")
                    .definedBy(ROOT + ".core.guard..")
                    .layer("onnx")
                    .definedBy(ROOT + ".core.onnx..")
                    .layer("recipe")
                    .definedBy(ROOT + ".core.recipe..")
                    .layer("report")
                    .definedBy(ROOT + ".core.report..", ROOT + ".core.internal.html..")
                    .whereLayer("onnx")
                    .mayOnlyBeAccessedByLayers("guard")
                    .whereLayer("choice")
                    .mayOnlyBeAccessedByLayers("guard")
                    .whereLayer("guard")
                    .mayOnlyBeAccessedByLayers("recipe")
                    .whereLayer("simplify")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("upgrade")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("recipe")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("report")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("measuring")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("pass")
                    .mayOnlyBeAccessedByLayers(
                            "simplify", "upgrade", "guard", "recipe", "report", "measuring")
                    .whereLayer("profile")
                    .mayOnlyBeAccessedByLayers("pass", "measuring")
                    .whereLayer("layer")
                    .mayOnlyBeAccessedByLayers("pass", "simplify", "report")
                    .whereLayer("analysis")
                    .mayOnlyBeAccessedByLayers(
                            "data",
                            "layer",
                            "pass",
                            "simplify",
                            "upgrade",
                            "guard",
                            "recipe",
                            "report")
                    .whereLayer("op")
                    .mayOnlyBeAccessedByLayers("analysis", "layer", "pass", "simplify", "upgrade")
                    .withOptionalLayers(true);

    /** What is in the module {@code model}; the other packages of core are compress-core's. */
    private static final List<String> MODEL =
            List.of(
                    ROOT + ".core",
                    ROOT + ".core.ir..",
                    ROOT + ".core.op..",
                    ROOT + ".core.onnx..",
                    ROOT + ".core.internal.file..",
                    ROOT + ".core.internal.proto..",
                    ROOT + ".core.analysis..",
                    ROOT + ".core.layer..");

    @ArchTest
    static final ArchRule theModelNeedsProtobufAlone =
            classes()
                    .that()
                    .resideInAnyPackage(MODEL.toArray(String[]::new))
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            Stream.concat(
                                            MODEL.stream(),
                                            Stream.of("java..", "com.google.protobuf.."))
                                    .toArray(String[]::new));

    @ArchTest
    static final ArchRule coreKnowsNoModuleAboveIt =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + ".core..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage(ROOT + "..")
                                    .and(resideOutsideOfPackages(ROOT + ".core..")));

    @ArchTest
    static final ArchRule techniquesAreStrangers =
            slices().assignedFrom(new Techniques()).should().notDependOnEachOther();

    @ArchTest
    static final ArchRule nothingDependsOnTheCommandLine =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ROOT + ".cli..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(ROOT + ".cli..");

    @ArchTest
    static final ArchRule onlyWholeRunsAndTheCommandLineMeasure =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(ROOT, ROOT + ".cli..", ROOT + ".benchmarks..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(ROOT + ".benchmarks..");

    @ArchTest
    static final ArchRule wholeRunsReadThenWrite =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("door")
                    .definedBy(ROOT)
                    .layer("input")
                    .definedBy(ROOT + ".input..", ROOT + ".internal.input..")
                    .layer("output")
                    .definedBy(ROOT + ".internal.output..")
                    .layer("worker")
                    .definedBy(ROOT + ".internal.worker..")
                    .layer("command line")
                    .definedBy(ROOT + ".cli..")
                    .whereLayer("door")
                    .mayOnlyBeAccessedByLayers("command line")
                    .whereLayer("input")
                    .mayOnlyBeAccessedByLayers("door", "command line")
                    .whereLayer("worker")
                    .mayOnlyBeAccessedByLayers("door", "command line")
                    .whereLayer("output")
                    .mayOnlyBeAccessedByLayers("door", "worker", "command line");

    @ArchTest
    static final ArchRule techniquesDoNotKnowTheRuntime =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            TECHNIQUES.stream()
                                    .map(name -> ROOT + "." + name + "..")
                                    .toArray(String[]::new))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(ROOT + ".runtime..");

    // distill reaches DJL through train's types, so it may not name it. Benchmarks keeps the plain
    // DJL loop that training is compared with.
    @ArchTest static final ArchRule djl = door("ai.djl..", "train", "benchmarks");
    @ArchTest static final ArchRule onnxRuntime = door("ai.onnxruntime..", "runtime");
    @ArchTest static final ArchRule picocli = door("picocli..", "cli");
    @ArchTest static final ArchRule progressbar = door("me.tongfei..", "cli");
    @ArchTest static final ArchRule jmh = door("org.openjdk.jmh..", "benchmarks");

    @ArchTest
    static final ArchRule protobuf =
            door("com.google.protobuf..", "core.onnx", "core.internal.proto");

    @ArchTest static final ArchRule nd4j = door("org.nd4j..", "linalg");
    @ArchTest static final ArchRule openBlas = door("org.bytedeco..", "linalg");
    @ArchTest static final ArchRule yaml = door("org.snakeyaml..", "core.recipe");

    @ArchTest
    static final ArchRule json =
            door(
                    "com.fasterxml.jackson..",
                    "core.report",
                    "core.internal.html",
                    "core.recipe",
                    "cli");

    @ArchTest
    static final ArchRule csv =
            door("org.apache.commons.csv..", "core.internal.stored", "core.report", "cli");

    @ArchTest
    static final ArchRule noCyclesBetweenModules =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule noCyclesBetweenPackages =
            slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule recordsHoldNoArrays =
            noFields()
                    .that()
                    .areDeclaredInClassesThat()
                    .areRecords()
                    .should()
                    .haveRawType(DescribedPredicate.describe("an array", JavaClass::isArray));

    @ArchTest
    static final ArchRule passesAndTheModelTouchNoFiles =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            ROOT + ".core.ir..",
                            ROOT + ".core.op..",
                            ROOT + ".core.analysis..",
                            ROOT + ".core.layer..",
                            ROOT + ".core.pass..",
                            ROOT + ".core.simplify..",
                            ROOT + ".core.upgrade..",
                            ROOT + ".prune..",
                            ROOT + ".distill..",
                            ROOT + ".groupconv..",
                            ROOT + ".quantize..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("java.nio.file..");

    @ArchTest
    static final ArchRule noDumpingGroundPackages =
            noClasses()
                    .should()
                    .resideInAnyPackage(
                            ROOT + "..util..",
                            ROOT + "..utils..",
                            ROOT + "..helper..",
                            ROOT + "..helpers..",
                            ROOT + "..misc..",
                            ROOT + "..manager..",
                            ROOT + "..common..",
                            ROOT + "..impl..");

    @ArchTest
    static final ArchRule noDumpingGroundNames =
            noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager|Impl)$");

    @ArchTest
    static final ArchRule passesAreRecords =
            classes()
                    .that()
                    .implement(ROOT + ".core.pass.Pass")
                    .should()
                    .beRecords()
                    .andShould()
                    .haveModifier(FINAL);

    @ArchTest
    static final ArchRule passesHoldNoState =
            fields().that()
                    .areDeclaredInClassesThat()
                    .implement(ROOT + ".core.pass.Pass")
                    .should()
                    .beFinal();

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ROOT + ".cli..")
                    .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule noGenericExceptions =
            GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;

    @ArchTest
    static final ArchRule allRandomnessHasASeed =
            noClasses()
                    .should()
                    .callConstructor(java.util.Random.class)
                    .orShould()
                    .callConstructor(java.util.SplittableRandom.class)
                    .orShould()
                    .callMethod(Math.class, "random")
                    .orShould()
                    .dependOnClassesThat()
                    .areAssignableTo(ThreadLocalRandom.class);

    @ArchTest
    static final ArchRule oneFamilyOfExceptions =
            classes()
                    .that()
                    .areAssignableTo(Throwable.class)
                    .should()
                    .beAssignableTo(ROOT + ".core.CompressionException");

    private static ArchRule door(String library, String... allowed) {
        String[] packages =
                Arrays.stream(allowed).map(a -> ROOT + "." + a + "..").toArray(String[]::new);
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .as("only " + String.join(", ", allowed) + " may use " + library);
    }

    private static final class Techniques implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return TECHNIQUES.stream()
                    .filter(
                            name ->
                                    (type.getPackageName() + ".")
                                            .startsWith(ROOT + "." + name + "."))
                    .findFirst()
                    .map(SliceIdentifier::of)
                    .orElse(SliceIdentifier.ignore());
        }

        @Override
        public String getDescription() {
            return "techniques";
        }
    }
}
