/**
 * The exceptions that every part of Espalier throws, split by who has to act, and the user's cache
 * folder.
 *
 * <p>Read {@link dev.espalier.core.CompressionException} first. The packages below this one hold
 * the model ({@code ir}), its operators ({@code op}) and the file format ({@code onnx}); those with
 * passes are in the module compress-core.
 */
package dev.espalier.core;
