package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NativeErrorsTest {
    @Test
    void leavesOutWhereInItsSourcesTheRuntimeFailed() {
        String message =
                "Error code - ORT_RUNTIME_EXCEPTION - message: Non-zero status code returned while"
                        + " running Reshape node. Name:'fold' Status Message:"
                        + " /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h"
                        + ":47 onnxruntime::ReshapeHelper::ReshapeHelper(const TensorShape&, bool)"
                        + " input_shape_size == size was false. The input tensor cannot be"
                        + " reshaped.\nInput shape:{3}";
        assertThat(NativeErrors.shorten(message))
                .isEqualTo(
                        "Non-zero status code returned while running Reshape node. Name:'fold'"
                                + " Status Message: The input tensor cannot be reshaped."
                                + " Input shape:{3}");
    }

    @Test
    void keepsOtherMessagesAndShortensLongOnes() {
        assertThat(NativeErrors.shorten("no prefix")).isEqualTo("no prefix");
        assertThat(NativeErrors.shorten(null)).isEqualTo("null");
        assertThat(NativeErrors.shorten("word ".repeat(200))).hasSize(303).endsWith("...");
    }
}
