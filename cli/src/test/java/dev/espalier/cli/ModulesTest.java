package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Java platform asks of jars on a module path. */
class ModulesTest {
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
    private static final int FEWEST_MODULES = 13;

    @Test
    void eachModuleHasANameOfItsOwn() throws IOException {
        assertThat(names().keySet()).hasSizeGreaterThanOrEqualTo(FEWEST_MODULES);
        assertThat(names().values())
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("dev\\.espalier\\.[a-z]+"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "test"})
    void noPackageLiesInTwoModules(String kind) throws IOException {
        Map<Path, String> homes = new HashMap<>();
        List<String> twice = new ArrayList<>();
        for (String module : names().keySet()) {
            for (Path name : packages(PROJECT.resolve(module + "/src/" + kind + "/java"))) {
                // Of tests, only those packages that are in a test-jar.
                if (kind.equals("main") || name.startsWith("dev/espalier/testkit")) {
                    String other = homes.put(name, module);
                    if (other != null) {
                        twice.add(name + " in " + other + " and " + module);
                    }
                }
            }
        }
        assertThat(homes).isNotEmpty();
        assertThat(twice).isEmpty();
    }

    @Test
    void thePlatformResolvesTheJars() throws IOException {
        Path[] jars =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> entry.matches(".*espalier-[a-z-]+-[0-9][^/\\\\]*\\.jar"))
                        .filter(entry -> !entry.endsWith("-tests.jar"))
                        .map(Path::of)
                        .toArray(Path[]::new);
        assumeTrue(jars.length > 0, "classes of folders are in no module");
        Map<String, String> names = names();
        names.remove("cli");
        Configuration resolved =
                ModuleLayer.boot()
                        .configuration()
                        .resolve(ModuleFinder.of(jars), ModuleFinder.of(), names.values());
        assertThat(resolved.modules())
                .extracting(module -> module.name())
                .containsExactlyInAnyOrderElementsOf(names.values());
    }

    /** The name on the module path of each module, by its folder. */
    private static Map<String, String> names() throws IOException {
        Map<String, String> names = new HashMap<>();
        for (String module : found("<module>(.*)</module>", PROJECT.resolve("pom.xml"))) {
            Path pom = PROJECT.resolve(module).resolve("pom.xml");
            List<String> name = found("<module\\.name>(.*)</module\\.name>", pom);
            assertThat(name).as("module.name in %s/pom.xml", module).hasSize(1);
            names.put(module, name.get(0));
        }
        return names;
    }

    private static List<String> found(String pattern, Path file) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
        return matcher.results().map((MatchResult result) -> result.group(1)).toList();
    }

    private static List<Path> packages(Path sources) throws IOException {
        if (!Files.isDirectory(sources)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(file -> sources.relativize(file.getParent()))
                    .distinct()
                    .toList();
        }
    }
}
