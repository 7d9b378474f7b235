package dev.espalier.quantize;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;

/** ONNX Runtime as these tests use it. */
public final class Runners {
    /** One thread, so that sums are taken in the same order on every machine. */
    public static final ModelRunner PLAIN = new OrtRunner(SessionSettings.DEFAULT.withThreads(1));

    /** The same with the runtime's option for sums that are exact on every CPU. */
    public static final ModelRunner EXACT =
            new OrtRunner(SessionSettings.DEFAULT.withThreads(1).withExactSums(true));

    /** Both of them: every model is opened with exact sums, too, and what they give compared. */
    public static final ModelRunner SINGLE = new BothSums(PLAIN, EXACT);

    private Runners() {}
}
