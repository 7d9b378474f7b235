package dev.espalier.quantize;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;

/** ONNX Runtime as these tests use it. */
public final class Runners {
    /** One thread, so that sums are taken in the same order on every machine. */
    public static final ModelRunner PLAIN = new OrtRunner(SessionSettings.DEFAULT.withThreads(1));

    /** The same, which opens every model with exact sums, too, and compares. */
    public static final ModelRunner SINGLE = new BothSums(PLAIN);

    private Runners() {}
}
