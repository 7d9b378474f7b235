package dev.espalier.core.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The computer and the JVM that figures were taken on.
 *
 * @param cpuFlags the instruction sets that decide a network's speed, in Linux's words
 * @param cores that this process may use
 */
public record Machine(String jdk, String os, String cpu, List<String> cpuFlags, int cores) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Set<String> TELLING_FLAGS =
            Set.of(
                    "avx",
                    "avx2",
                    "fma",
                    "f16c",
                    "avx512f",
                    "avx512bw",
                    "avx512_vnni",
                    "avx_vnni",
                    "avx512_bf16",
                    "avx512_fp16",
                    "amx_tile",
                    "amx_int8",
                    "amx_bf16",
                    "asimd",
                    "asimddp",
                    "i8mm",
                    "bf16",
                    "fphp",
                    "asimdhp",
                    "sve",
                    "sve2");

    private static final Set<String> DOT_PRODUCTS =
            Set.of("avx512_vnni", "avx_vnni", "asimddp", "i8mm");

    public Machine {
        cpuFlags = cpuFlags == null ? List.of() : List.copyOf(cpuFlags);
    }

    /** This one; what the system does not tell is named so. */
    public static Machine current() {
        List<String> cpuInfo = cpuInfo();
        return new Machine(
                System.getProperty("java.vendor") + " " + System.getProperty("java.version"),
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch"),
                model(cpuInfo),
                flags(cpuInfo),
                Runtime.getRuntime().availableProcessors());
    }

    /**
     * Whether the processor is known to have instructions for dot products of 8-bit integers, which
     * make networks in 8 bits twice as fast again.
     */
    public boolean hasDotProduct() {
        return cpuFlags.stream().anyMatch(DOT_PRODUCTS::contains);
    }

    /** The processor as it stands beside figures. */
    public String processor() {
        return "%s, %s cores, %s"
                .formatted(
                        cpu,
                        cores,
                        hasDotProduct() ? "8-bit dot products" : "no 8-bit dot products");
    }

    /** The processor's name in the lines of Linux's {@code /proc/cpuinfo}. */
    static String model(List<String> cpuInfo) {
        String name = field(cpuInfo, "model name");
        return name.isEmpty() ? "unknown processor (" + System.getProperty("os.arch") + ")" : name;
    }

    static List<String> flags(List<String> cpuInfo) {
        String flags = field(cpuInfo, "flags");
        return Arrays.stream((flags.isEmpty() ? field(cpuInfo, "Features") : flags).split("\\s+"))
                .filter(TELLING_FLAGS::contains)
                .sorted()
                .toList();
    }

    private static String field(List<String> cpuInfo, String name) {
        return cpuInfo.stream()
                .filter(line -> line.startsWith(name) && line.contains(":"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("");
    }

    private static List<String> cpuInfo() {
        try {
            return Files.isReadable(CPU_INFO) ? Files.readAllLines(CPU_INFO) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}
