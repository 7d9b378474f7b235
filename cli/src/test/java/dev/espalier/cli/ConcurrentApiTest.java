package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.StepStore;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.prune.Prune;
import dev.espalier.runtime.Evaluation;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.train.Trainer;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.program.TorchFile;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Eight threads do everything at once, each with a network of its own, and each gets the bytes that
 * one thread alone gets for that network: once, or ten times with {@code
 * -Despalier.endurance=true}.
 */
class ConcurrentApiTest {
    private static final int THREADS = 8;
    private static final int ROUNDS = Boolean.getBoolean("espalier.endurance") ? 10 : 1;

    @TempDir private Path folder;

    private enum Work {
        READ {
            @Override
            byte[] result(Path place) {
                return OnnxWriter.toBytes(OnnxReader.read(place.resolve("images.onnx")));
            }
        },
        SIMPLIFY {
            @Override
            byte[] result(Path place) {
                Pass simplify = new RecipeReader(PassRegistry.load()).standard("simplify");
                return applied(simplify, OnnxReader.read(place.resolve("images.onnx")));
            }
        },
        COUNT {
            @Override
            byte[] result(Path place) {
                Model model = OnnxReader.read(place.resolve("images.onnx"));
                return bytes(Cost.of(model, InputShapes.ofBatch(1)).toString());
            }
        },
        PRUNE {
            @Override
            byte[] result(Path place) {
                Pass prune = Options.defaults(Prune.class);
                return applied(prune, OnnxReader.read(place.resolve("images.onnx")));
            }
        },
        EVALUATE {
            @Override
            byte[] result(Path place) {
                Path file = place.resolve("network.onnx");
                return bytes(
                        Evaluation.of(
                                        file,
                                        data(place, OnnxReader.read(file)).validation(),
                                        SessionSettings.DEFAULT,
                                        Progress.SILENT)
                                .toString());
            }
        },
        TRAIN {
            @Override
            byte[] result(Path place) {
                Model model = OnnxReader.read(place.resolve("network.onnx"));
                Regime regime =
                        Options.defaults(Regime.class)
                                .withBatch(9)
                                .withAugmentation(AugmentationSettings.NONE);
                TrainingPlan plan = new TrainingPlan(3, 0.05, regime);
                PassContext context = context(place, model);
                return OnnxWriter.toBytes(
                        new Trainer(plan, new CrossEntropy(0), context).train(model));
            }
        },
        EXPORT {
            @Override
            byte[] result(Path place) {
                Model model = OnnxReader.read(place.resolve("network.onnx"));
                return TorchFile.of(model, PassContext.of(model).withRunner(new OrtRunner()))
                        .bytes();
            }
        },
        WHOLE_RECIPE {
            @Override
            byte[] result(Path place) {
                RecipeReader reader = new RecipeReader(PassRegistry.load());
                Recipe recipe =
                        reader.read(place.resolve("recipe.yaml"), RecipeReader.Changes.NONE);
                Model model = OnnxReader.read(place.resolve("network.onnx"));
                Pipeline pipeline = new Pipeline(recipe.passes(), context(place, model));
                return OnnxWriter.toBytes(pipeline.run(StepStore.NONE).model());
            }
        };

        abstract byte[] result(Path place);

        private static byte[] applied(Pass pass, Model model) {
            PassContext context = PassContext.of(model).withRunner(new OrtRunner());
            return OnnxWriter.toBytes(pass.apply(model, context));
        }

        private static PassContext context(Path place, Model model) {
            return PassContext.of(model)
                    .withSeed(3)
                    .withData(data(place, model))
                    .withRunner(new OrtRunner());
        }

        private static DataSplits data(Path place, Model model) {
            DataConfig files =
                    DataConfig.of(
                            DataConfig.Format.CSV, place.resolve("table"), Preprocess.DEFAULT);
            return DataLoader.open(files, model, 17);
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    @BeforeEach
    void writeFiles() throws IOException {
        for (int i = 0; i < THREADS; i++) {
            Path place = Files.createDirectories(place(i));
            SmallFiles.everyPass(place);
            write(
                    place.resolve("network.onnx"),
                    """
                    graph (x: float[N,3]) -> (y)
                    w1: float[3,64] = seed(%1$d1)
                    b1: float[64] = seed(%1$d2)
                    w2: float[64,64] = seed(%1$d3)
                    w3: float[64,3] = seed(%1$d4)
                    a = Gemm(x, w1, b1)
                    b = Relu(a)
                    c = Gemm(b, w2)
                    d = Relu(c)
                    y = Gemm(d, w3)
                    """
                            .formatted(i + 1));
            write(
                    place.resolve("images.onnx"),
                    """
                    graph (x: float[N,3,8,8]) -> (y)
                    w1: float[32,3,3,3] = seed(%1$d1)
                    scale: float[32] = seed(%1$d2)
                    shift: float[32] = seed(%1$d3)
                    mean: float[32] = fill(0)
                    variance: float[32] = fill(1)
                    w2: float[16,32,3,3] = seed(%1$d4)
                    w3: float[16,10] = seed(%1$d5)
                    a = Conv(x, w1) {pads=[1,1,1,1]}
                    n = BatchNormalization(a, scale, shift, mean, variance)
                    b = Relu(n)
                    c = Conv(b, w2) {pads=[1,1,1,1]}
                    d = Relu(c)
                    e = GlobalAveragePool(d)
                    f = Flatten(e)
                    y = Gemm(f, w3)
                    """
                            .formatted(i + 1));
        }
    }

    private Path place(int thread) {
        return folder.resolve("thread" + thread);
    }

    private static void write(Path file, String text) {
        OnnxWriter.write(GraphText.parse(text), file);
    }

    @Test
    void eachOfEightThreadsGetsWhatOneThreadAloneGets() throws Exception {
        // At first eight at once: they load the native libraries, too.
        List<Map<Work, byte[]>> atOnce = allAtOnce();
        for (int i = 0; i < THREADS; i++) {
            assertEqual(i, atOnce.get(i), all(i));
        }
        for (int round = 1; round < ROUNDS; round++) {
            List<Map<Work, byte[]>> again = allAtOnce();
            for (int i = 0; i < THREADS; i++) {
                assertEqual(i, again.get(i), atOnce.get(i));
            }
        }
        // Networks differ, so that the result of another thread would have been seen.
        for (Work work : List.of(Work.TRAIN, Work.PRUNE, Work.WHOLE_RECIPE)) {
            assertThat(atOnce.get(0).get(work)).isNotEqualTo(atOnce.get(1).get(work));
        }
    }

    private static void assertEqual(
            int thread, Map<Work, byte[]> found, Map<Work, byte[]> expected) {
        for (Work work : Work.values()) {
            assertThat(found.get(work))
                    .as("%s of thread %d", work, thread)
                    .isEqualTo(expected.get(work));
        }
    }

    private List<Map<Work, byte[]>> allAtOnce() throws Exception {
        List<Map<Work, byte[]>> results = new ArrayList<>();
        CyclicBarrier start = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Map<Work, byte[]>>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                tasks.add(
                        () -> {
                            start.await();
                            return all(thread);
                        });
            }
            for (Future<Map<Work, byte[]>> task : threads.invokeAll(tasks)) {
                results.add(task.get());
            }
        } finally {
            threads.shutdownNow();
        }
        return results;
    }

    /** In an order in which, of eight threads, each does something else at first. */
    private Map<Work, byte[]> all(int thread) {
        Map<Work, byte[]> results = new EnumMap<>(Work.class);
        Work[] works = Work.values();
        for (int i = 0; i < works.length; i++) {
            Work work = works[(thread + i) % works.length];
            results.put(work, work.result(place(thread)));
        }
        return results;
    }
}
