package dev.espalier.train.regime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** In which type activations are computed during training; weights are always kept in float32. */
public enum Precision {
    /** bfloat16 where the processor multiplies it natively, else float32. */
    AUTO,
    FLOAT32,
    BFLOAT16;

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** Whether this machine's processor has instructions that multiply bfloat16. */
    public static boolean hasBfloat16() {
        try {
            String flags = Files.readString(CPU_INFO, StandardCharsets.ISO_8859_1);
            return flags.contains("avx512_bf16") || flags.contains("amx_bf16");
        } catch (IOException e) {
            return false; // Not a Linux system: nothing tells, and float32 is always right.
        }
    }

    /** Whether a program for this machine computes in bfloat16. */
    public boolean isReduced() {
        return this == BFLOAT16 || this == AUTO && hasBfloat16();
    }
}
