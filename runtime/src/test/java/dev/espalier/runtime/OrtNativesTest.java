package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.core.UserCache;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.onnx.OnnxWriter;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrtNativesTest {
    private static final Path MAPS = Path.of("/proc/self/maps");

    @TempDir private Path folder;
    private Path temporary;

    /** What another JVM does before it ends. */
    private enum Deed {
        SESSION {
            @Override
            void act(Path model) {
                new OrtRunner().open(model).close();
            }
        },
        REPEATED_RUN {
            @Override
            void act(Path model) {
                RepeatedRun.open(model, 1, InputShapes.ofBatch(1), 1).close();
            }
        },
        OPTIMIZED_GRAPH {
            @Override
            void act(Path model) {
                OptimizedGraph.of(SmallModels.chain(Shape.of(3)));
            }
        },
        /** Ends as if it were killed, with a large model open. */
        KILLED {
            @Override
            void act(Path model) {
                new OrtRunner(SessionSettings.DEFAULT, 0).open(SmallModels.chain(Shape.of(3)));
                Runtime.getRuntime().halt(0);
            }
        },
        /** As in a server that loads a program again. */
        TWO_CLASS_LOADERS {
            @Override
            void act(Path model) throws Exception {
                RuntimeEnvironment.get();
                String[] paths = System.getProperty("java.class.path").split(File.pathSeparator);
                URL[] urls = new URL[paths.length];
                for (int i = 0; i < paths.length; i++) {
                    urls[i] = Path.of(paths[i]).toUri().toURL();
                }
                ClassLoader other = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
                Method get =
                        other.loadClass(RuntimeEnvironment.class.getName())
                                .getDeclaredMethod("get");
                get.setAccessible(true);
                get.invoke(null);
            }
        };

        abstract void act(Path model) throws Exception;
    }

    /** Runs in the other JVM. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) throws Exception {
            Deed.valueOf(args[0]).act(Path.of(args[1]));
        }
    }

    @BeforeEach
    void makeTemporaryFolder() throws IOException {
        temporary = Files.createDirectory(folder.resolve("temporary"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Deed.class,
            names = {"SESSION", "REPEATED_RUN", "OPTIMIZED_GRAPH"})
    void whateverComesFirstLeavesNothingInTheTemporaryFolder(Deed deed) throws Exception {
        Path cache = folder.resolve("cache");
        assertThat(run(deed, cache)).isEmpty();
        assertThat(temporary).isEmptyDirectory();
        assertThat(unpacked(cache)).hasSize(1);
    }

    @Test
    void aKilledProcessLeavesNoLibraries() throws Exception {
        Path cache = folder.resolve("cache");
        assertThat(run(Deed.KILLED, cache)).isEmpty();
        try (Stream<Path> left = Files.walk(temporary)) {
            assertThat(left.filter(Files::isRegularFile))
                    .extracting(file -> file.getFileName().toString())
                    .containsExactly("model.onnx");
        }
    }

    @Test
    void aCacheThatCannotBeWrittenIsDoneWithout() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(run(Deed.SESSION, file.resolve("cache"))).isEmpty();
    }

    @Test
    void aSecondClassLoaderGetsLibrariesOfItsOwn() throws Exception {
        Path cache = folder.resolve("cache");
        assertThat(run(Deed.TWO_CLASS_LOADERS, cache)).isEmpty();
        assertThat(unpacked(cache)).hasSize(1);
    }

    private static List<Path> unpacked(Path cache) throws IOException {
        try (Stream<Path> folders = Files.list(cache.resolve("native"))) {
            return folders.toList();
        }
    }

    /** What another JVM printed, whose temporary folder is {@link #temporary}. */
    private String run(Deed deed, Path cache) throws IOException, InterruptedException {
        Path model = folder.resolve("model.onnx");
        Model chain = SmallModels.chain(Shape.of(3));
        OnnxWriter.write(chain, model);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Djava.io.tmpdir=" + temporary,
                                "-D" + UserCache.PROPERTY + "=" + cache,
                                Main.class.getName(),
                                deed.name(),
                                model.toString()));
        if (Runtime.version().feature() >= 22) {
            command.add(1, "--enable-native-access=ALL-UNNAMED");
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    @Test
    void theLibrariesAreLoadedFromTheCacheAndTheOptionIsTakenBack() throws IOException {
        RuntimeEnvironment.get();
        Path folder = OrtNatives.folder().orElseThrow();
        assertThat(folder.getParent()).isEqualTo(UserCache.folder().resolve("native"));
        assertThat(folder.resolve(System.mapLibraryName("onnxruntime"))).exists();
        assertThat(System.getProperty("onnxruntime.native.path")).isNull();

        assumeTrue(Files.exists(MAPS), "needs Linux's /proc");
        List<String> loaded = Files.readAllLines(MAPS);
        assertThat(loaded)
                .filteredOn(line -> line.contains("libonnxruntime"))
                .isNotEmpty()
                .allMatch(line -> line.contains(folder.toAbsolutePath().toString()));
    }

    @Test
    void thisMachineIsKnown() {
        assertThat(OrtNatives.platform()).matches("(linux|osx|win)-\\w+");
        assertThat(OrtNatives.areIncluded()).isTrue();
    }
}
