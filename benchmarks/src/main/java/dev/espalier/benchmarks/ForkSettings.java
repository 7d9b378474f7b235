package dev.espalier.benchmarks;

import dev.espalier.core.UserCache;
import dev.espalier.core.ir.Shape;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a fork is told through system properties, because it is no parameter of the benchmark and
 * does not belong into {@code latency.json}.
 */
final class ForkSettings {
    static final String SHAPES = "espalier.benchmark.shapes";
    static final String SEED = "espalier.benchmark.seed";

    /** By these a fork finds its native libraries where this process does. */
    private static final List<String> SHARED =
            List.of(UserCache.PROPERTY, "onnxruntime.native.path");

    private static final int FIRST_JDK_THAT_WARNS_OF_NATIVES = 22;

    private ForkSettings() {}

    /**
     * The fork's JVM. The heap holds next to nothing, since ONNX Runtime keeps weights and values
     * outside of it; the limit is for the inputs, which count as direct memory.
     */
    static String[] jvmArgs(LatencyPlan plan) {
        List<String> args = new ArrayList<>();
        args.add("-Xmx1g");
        args.add("-XX:+UseSerialGC");
        args.add("-D" + SEED + "=" + plan.seed());
        args.add("-D" + SHAPES + "=" + text(plan.inputShapes()));
        SHARED.stream()
                .filter(name -> System.getProperty(name) != null)
                .forEach(name -> args.add("-D" + name + "=" + System.getProperty(name)));
        if (Runtime.version().feature() >= FIRST_JDK_THAT_WARNS_OF_NATIVES) {
            args.add("--enable-native-access=ALL-UNNAMED");
        }
        return args.toArray(String[]::new);
    }

    /** {@code shapes} without a character that a command line could take amiss. */
    static String text(Map<String, Shape> shapes) {
        return shapes.entrySet().stream()
                .map(
                        shape ->
                                URLEncoder.encode(shape.getKey(), StandardCharsets.UTF_8)
                                        + "="
                                        + Arrays.stream(shape.getValue().sizes())
                                                .mapToObj(Long::toString)
                                                .collect(Collectors.joining(",")))
                .collect(Collectors.joining(";"));
    }

    /** What {@link #text} was made of. */
    static Map<String, Shape> shapes(String text) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String entry : text.isEmpty() ? new String[0] : text.split(";")) {
            String[] parts = entry.split("=", -1);
            long[] sizes =
                    Arrays.stream(parts[1].split(","))
                            .filter(size -> !size.isEmpty())
                            .mapToLong(Long::parseLong)
                            .toArray();
            shapes.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), Shape.of(sizes));
        }
        return shapes;
    }
}
