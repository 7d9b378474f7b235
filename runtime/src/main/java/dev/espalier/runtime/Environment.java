package dev.espalier.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;

/** The one ONNX Runtime environment of this process. */
final class Environment {
    private Environment() {}

    /** Silent: the runtime logs to stderr, and what matters of it is in its exceptions, too. */
    static OrtEnvironment get() {
        return OrtEnvironment.getEnvironment(
                OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, OrtEnvironment.DEFAULT_NAME);
    }
}
