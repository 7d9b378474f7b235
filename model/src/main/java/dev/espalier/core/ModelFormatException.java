package dev.espalier.core;

/** A model file is damaged, hostile or not ONNX; the message names file and offset. */
public final class ModelFormatException extends CompressionException {
    public ModelFormatException(String message) {
        this(message, null);
    }

    public ModelFormatException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public ModelFormatException at(String place) {
        return new ModelFormatException(place + ": " + getMessage(), this);
    }
}
