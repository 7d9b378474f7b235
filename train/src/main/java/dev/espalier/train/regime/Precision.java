package dev.espalier.train.regime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** In which type activations are computed during training; weights are always kept in float32. */
public enum Precision {
    /** bfloat16 where the processor multiplies it faster than float32, else float32. */
    AUTO,
    FLOAT32,
    BFLOAT16;

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** Whether this machine's processor multiplies bfloat16 faster than float32. */
    public static boolean prefersBfloat16() {
        try {
            return prefersBfloat16(Files.readString(CPU_INFO, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return false; // Not a Linux system: nothing tells, and float32 is always right.
        }
    }

    /**
     * The same of another machine. Intel's vectors have one port for products of bfloat16 and two
     * for those of float32, which makes both equally fast; only its tiles are faster. AMD's have as
     * many ports for either.
     *
     * @param cpuInfo its {@code /proc/cpuinfo}
     */
    static boolean prefersBfloat16(String cpuInfo) {
        return cpuInfo.contains("amx_bf16")
                || cpuInfo.contains("avx512_bf16") && cpuInfo.contains("AuthenticAMD");
    }

    /** Whether a program for this machine computes in bfloat16. */
    public boolean isReduced() {
        return this == BFLOAT16 || this == AUTO && prefersBfloat16();
    }
}
