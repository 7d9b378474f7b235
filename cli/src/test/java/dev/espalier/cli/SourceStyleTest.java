package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.pass.PassRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What bytecode does not show: the sources themselves. */
class SourceStyleTest {
    private static final int LONGEST_FILE = 450;
    private static final int LONGEST_TEST = 600;
    private static final int COLUMNS = 100;
    private static final int FEWEST_FILES = 250;

    /** An absolute path below a folder that is somebody's own. */
    private static final String PRIVATE_PATH =
            "(?<![\\w.}-])(?:/|[A-Z]:\\\\+)" + "(?:home|Users|root|mnt|media|srv|work\\w*)[/\\\\]";

    private static final Pattern FORBIDDEN =
            Pattern.compile(
                    "\t|@author|(TODO|FIXME|XXX)\\b(?! ?#\\d)|printStackTrace\\(\\)|"
                            + PRIVATE_PATH
                            + "|@SuppressWarnings\\(\"all\"\\)|^//\\s*[-=*]{5}");

    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();

    private static List<Path> sources;

    @BeforeAll
    static void findSources() throws IOException {
        sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(PROJECT)) {
            for (Path module : modules.filter(m -> Files.exists(m.resolve("pom.xml"))).toList()) {
                Path src = module.resolve("src");
                if (Files.isDirectory(src)) {
                    try (Stream<Path> files = Files.walk(src)) {
                        files.filter(f -> f.toString().endsWith(".java")).forEach(sources::add);
                    }
                }
            }
        }
    }

    /** Without, Windows may not find a batch file's labels. */
    @Test
    void batchFilesHaveTheLineEndsOfWindows() throws IOException {
        for (String name : List.of("espalier.cmd", "mvnw.cmd")) {
            String text = Files.readString(PROJECT.resolve(name));
            assertThat(text.replace("\r\n", "")).as(name).isNotEmpty().doesNotContain("\n");
        }
    }

    @Test
    void seesTheWholeProject() {
        assertThat(sources).hasSizeGreaterThan(FEWEST_FILES);
    }

    @Test
    void filesAreShortAndLinesAreNotLong() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path source : sources) {
            List<String> lines = Files.readAllLines(source);
            int longest = isTest(source) ? LONGEST_TEST : LONGEST_FILE;
            if (lines.size() > longest) {
                found.add(name(source) + " has " + lines.size() + " lines");
            }
            for (int i = 0; i < lines.size(); i++) {
                // A long text inside quotes is left as it is: broken up, nobody could search for
                // it.
                if (lines.get(i).length() > COLUMNS
                        && !lines.get(i).contains("\"")
                        && !isTest(source)) {
                    found.add(name(source) + ":" + (i + 1) + " has " + lines.get(i).length());
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void nothingForbiddenIsWritten() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path source : sources) {
            if (source.endsWith("SourceStyleTest.java")) {
                continue;
            }
            List<String> lines = Files.readAllLines(source);
            for (int i = 0; i < lines.size(); i++) {
                if (FORBIDDEN.matcher(lines.get(i)).find()) {
                    found.add(name(source) + ":" + (i + 1) + ": " + lines.get(i).strip());
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'Path.of(\"/home/ada/x\")', true",
        "'see /Users/ada/x', true",
        "'C:\\\\Users\\\\ada', true",
        "'/workspace/data', true",
        "'/usr/share/x', false",
        "'https://example.org/home/x', false",
        "'${project}/work/x', false",
        "'back/home/', false"
    })
    void pathsOfOneMachineAreForbidden(String line, boolean found) {
        assertThat(FORBIDDEN.matcher(line).find()).isEqualTo(found);
    }

    @Test
    void everyPackageIsExplained() {
        Set<String> lacking = new TreeSet<>();
        for (Path source : sources) {
            Path info = source.resolveSibling("package-info.java");
            if (!isTest(source) && !Files.exists(info)) {
                lacking.add(name(source.getParent()));
            }
        }
        assertThat(lacking).isEmpty();
    }

    @Test
    void everyPassHasATestOfItsName() {
        List<String> lacking = new ArrayList<>();
        PassRegistry registry = PassRegistry.load();
        for (String id : registry.ids()) {
            Class<?> type = registry.find(id).orElseThrow();
            String test = "src/test/java/" + type.getName().replace('.', '/') + "Test.java";
            if (sources.stream().noneMatch(source -> source.endsWith(test))) {
                lacking.add(type.getName());
            }
        }
        assertThat(lacking).isEmpty();
    }

    private static boolean isTest(Path source) {
        return source.toString().contains("/src/test/");
    }

    private static String name(Path source) {
        return PROJECT.relativize(source).toString();
    }
}
