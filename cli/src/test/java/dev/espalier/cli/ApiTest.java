package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What callers may rely on: the public types that {@code docs/api.txt} lists. Whatever else is
 * public lies in a package {@code internal}, and no listed type leads there. The command line is a
 * program and nobody's library.
 */
@AnalyzeClasses(
        packages = "dev.espalier",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.OnlyOurs.class})
class ApiTest {
    private static final Path LIST =
            Path.of("").toAbsolutePath().getParent().resolve("docs/api.txt");

    /** What writes withers: there with each record of options, and not listed beside it. */
    private static final String BUILDER = "Builder";

    @ArchTest
    static void publicTypesAreListed(JavaClasses all) throws IOException {
        Set<String> listed = listed();
        Set<String> found =
                api(all).filter(type -> type.getEnclosingClass().isEmpty())
                        .map(JavaClass::getName)
                        .filter(name -> !isBuilder(name, all))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(found)
                .as(
                        "public types outside of packages 'internal'; a new one is made package-private,"
                                + " moved to such a package, or listed in docs/api.txt")
                .isEqualTo(listed);
    }

    private static boolean isBuilder(String name, JavaClasses all) {
        return name.endsWith(BUILDER)
                && all.stream()
                        .anyMatch(type -> (type.getName().replace("$", "") + BUILDER).equals(name));
    }

    @ArchTest
    static void noListedTypeLeadsToAnInternalOne(JavaClasses all) {
        Set<String> leaks =
                api(all).flatMap(
                                type ->
                                        seen(type)
                                                .flatMap(t -> t.getAllInvolvedRawTypes().stream())
                                                .filter(ApiTest::isInternal)
                                                .map(t -> type.getName() + " -> " + t.getName()))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(leaks).isEmpty();
    }

    /** What a caller of {@code type} gets to see. */
    private static Stream<? extends JavaType> seen(JavaClass type) {
        Stream<JavaType> above =
                Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        Stream<JavaType> called =
                Stream.<JavaCodeUnit>concat(
                                type.getMethods().stream(), type.getConstructors().stream())
                        .filter(unit -> isSeen(unit.getModifiers()))
                        .flatMap(
                                unit ->
                                        Stream.concat(
                                                Stream.of(unit.getReturnType()),
                                                unit.getParameterTypes().stream()));
        Stream<JavaType> read =
                type.getFields().stream()
                        .filter(field -> isSeen(field.getModifiers()))
                        .map(field -> field.getType());
        return Stream.of(above, called, read).flatMap(all -> all);
    }

    private static boolean isSeen(Set<JavaModifier> modifiers) {
        return !modifiers.contains(JavaModifier.SYNTHETIC)
                && (modifiers.contains(JavaModifier.PUBLIC)
                        || modifiers.contains(JavaModifier.PROTECTED));
    }

    private static Stream<JavaClass> api(JavaClasses all) {
        return all.stream()
                .filter(type -> isPublic(type) && !isInternal(type))
                .filter(type -> !type.getPackageName().startsWith("dev.espalier.cli"));
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ApiTest::isPublic).orElse(true);
    }

    private static boolean isInternal(JavaClass type) {
        return (type.getPackageName() + ".").contains(".internal.")
                && type.getPackageName().startsWith("dev.espalier.");
    }

    private static Set<String> listed() throws IOException {
        List<String> lines = Files.readAllLines(LIST);
        return lines.stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
