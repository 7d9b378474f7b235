package dev.espalier.core.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reports for tests: what a ResNet-20 goes through. */
public final class Samples {
    private Samples() {}

    private static LatencyResult latency(int threads, int batch, double p50) {
        return new LatencyResult(
                threads,
                batch,
                p50,
                p50 * 1.02,
                p50 * 0.03,
                p50 * 1.15,
                p50 * 0.96,
                41_200,
                List.of(p50 * (1 - 4 / p50), p50, p50 * (1 + 7 / p50)));
    }

    private static ModelFacts facts(
            long bytes, long parameters, long macs, double top1, String split, long samples) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("top1", top1);
        metrics.put("top5", 0.5 + top1 / 2);
        metrics.put("loss", 2 * (1 - top1));
        return ModelFacts.of(bytes, parameters, macs).withMetrics(metrics, split, samples);
    }

    private static List<LayerReport> layers() {
        List<LayerReport> layers = new ArrayList<>();
        long[] widths = {
            16, 16, 16, 16, 16, 16, 16, 32, 32, 32, 32, 32, 32, 64, 64, 64, 64, 64, 64
        };
        long[] kept = {16, 8, 16, 12, 16, 8, 16, 16, 32, 20, 32, 16, 32, 40, 48, 24, 48, 16, 48};
        long before = 3;
        long after = 3;
        for (int i = 0; i < widths.length; i++) {
            long side = widths[i] == 16 ? 32 : widths[i] == 32 ? 16 : 8;
            layers.add(
                    new LayerReport(
                            "/layer" + widths[i] / 16 + "/conv" + i,
                            "Conv",
                            side(widths[i], before, side, "FLOAT"),
                            side(kept[i], after, side, "INT8")));
            before = widths[i];
            after = kept[i];
        }
        layers.add(
                new LayerReport(
                        "fc",
                        "Gemm",
                        new LayerReport.Side(10, 64, "", 650, 640, "FLOAT"),
                        new LayerReport.Side(10, 48, "", 490, 480, "INT8")));
        return layers;
    }

    private static LayerReport.Side side(long width, long inputs, long size, String type) {
        return new LayerReport.Side(
                width,
                inputs,
                "3x3",
                width * inputs * 9 + width,
                width * inputs * 9 * size * size,
                type);
    }

    /** All there is to show. */
    public static CompressionReport full() {
        ModelFacts start = facts(1_084_420, 269_722, 40_551_808, 0.9214, "validation", 5000);
        ModelFacts pruned = facts(561_002, 138_530, 20_112_384, 0.6822, "validation", 5000);
        ModelFacts distilled = facts(561_002, 138_530, 20_112_384, 0.9120, "validation", 5000);
        ModelFacts quantized = facts(171_380, 138_530, 20_112_384, 0.9108, "validation", 5000);
        List<Curve.Point> loss = new ArrayList<>();
        List<Curve.Point> top1 = new ArrayList<>();
        for (int epoch = 1; epoch <= 12; epoch++) {
            loss.add(new Curve.Point(epoch, 0.35 + 1.1 / epoch));
            top1.add(new Curve.Point(epoch, 0.912 - 0.22 / epoch / epoch));
        }
        return new CompressionReport(
                new RunFacts(
                        "resnet20-cifar10.onnx",
                        List.of("input: FLOAT[batch, 3, 32, 32]"),
                        List.of("espalier compress recipe.yaml --data data/cifar10 --out out"),
                        """
                        version: 1
                        model: resnet20-cifar10.onnx
                        data:
                          format: cifar10
                          path: data/cifar10
                        passes:
                          - prune: {macs: 0.5}
                          - distill: {epochs: 12, loss: {temperature: 4}}
                          - quantize: {}
                        goal: {max-drop: 1.5, min-speedup: 3.0}
                        seed: 17
                        """,
                        "2026-01-01T12:00:00Z",
                        1432.4,
                        List.of()),
                facts(1_084_420, 269_722, 40_551_808, 0.9173, "test", 10_000)
                        .withLatency(
                                List.of(
                                        latency(1, 1, 842.5),
                                        latency(2, 1, 518.2),
                                        latency(1, 16, 12_310))),
                facts(171_380, 138_530, 20_112_384, 0.9071, "test", 10_000)
                        .withLatency(
                                List.of(
                                        latency(1, 1, 214.3),
                                        latency(2, 1, 171.9),
                                        latency(1, 16, 2_987))),
                List.of(
                        new PassReport(
                                "simplify",
                                "{}",
                                0.2,
                                start,
                                start,
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of()),
                        new PassReport(
                                "prune",
                                "{macs: 0.5, round-to: 8}",
                                8.1,
                                start.withLatency(List.of(latency(1, 1, 842.5))),
                                pruned.withLatency(List.of(latency(1, 1, 498.9))),
                                List.of(
                                        "removed 312 of 688 output channels",
                                        "equals the original with the removed weights set to zero:"
                                                + " largest difference 3.1e-06 of the output's scale"),
                                List.of(
                                        new PassReport.Skipped(
                                                "Gemm 'fc'", "its outputs are the graph's output"),
                                        new PassReport.Skipped(
                                                "Conv '/conv1/Conv'",
                                                "shares its channels with a Pad along channels"
                                                        + " whose other side is frozen")),
                                List.of(),
                                List.of(),
                                List.of()),
                        new PassReport(
                                "distill",
                                "{epochs: 12, loss: {temperature: 4}}",
                                1290.0,
                                pruned.withLatency(List.of(latency(1, 1, 498.9))),
                                distilled.withLatency(List.of(latency(1, 1, 499.4))),
                                List.of("trained on 45 000 images, 12 epochs, 771 images a second"),
                                List.of(),
                                List.of(
                                        new Curve("training loss", loss),
                                        new Curve("validation top-1", top1)),
                                List.of(),
                                List.of()),
                        new PassReport(
                                "quantize",
                                "{calibration: percentile}",
                                12.9,
                                distilled.withLatency(List.of(latency(1, 1, 499.4))),
                                quantized.withLatency(List.of(latency(1, 1, 214.3))),
                                List.of("20 of 20 layers with weights are int8"),
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of())),
                layers(),
                new NumberReport(
                        List.of(
                                new NumberReport.TypeBytes("INT8", 0, 138_000),
                                new NumberReport.TypeBytes("structure", 12_000, 26_000),
                                new NumberReport.TypeBytes("FLOAT", 1_072_000, 7_000)),
                        List.of(
                                new NumberReport.QuantizedValue("input", -2.1, 2.6, Double.NaN),
                                new NumberReport.QuantizedValue("relu1", 0, 4.25, 38.4))),
                GoalResult.of(
                        List.of(
                                new GoalResult.Check("max-drop", 1.5, 1.02, true),
                                new GoalResult.Check("min-speedup", 3.0, 3.93, true))),
                new Environment(
                        new Machine(
                                "Debian 17.0.15",
                                "Linux 6.1 amd64",
                                "AMD EPYC",
                                List.of("avx2", "avx512_bf16", "avx512_vnni", "avx512f", "fma"),
                                2),
                        Map.of("espalier", "0.1.0"),
                        17,
                        Map.of(
                                "model",
                                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")));
    }

    /** A run without data, goal, latency or passes. */
    public static CompressionReport bare() {
        ModelFacts facts = ModelFacts.of(1000, 200, 5000);
        return new CompressionReport(
                new RunFacts("m.onnx", List.of(), List.of(), "version: 1\n", "", 0.5, List.of()),
                facts,
                facts,
                List.of(),
                List.of(),
                NumberReport.NONE,
                GoalResult.NONE,
                new Environment(
                        new Machine("17", "Linux", "cpu", List.of(), 1), Map.of(), 0, Map.of()));
    }
}
