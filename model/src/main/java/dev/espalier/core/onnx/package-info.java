/**
 * The file format: ONNX files to {@link dev.espalier.core.ir.Model} and back, with everything the
 * model does not represent carried along as opaque bytes. Read {@link
 * dev.espalier.core.onnx.OnnxReader} first; each {@code ...Codec} holds both directions of one
 * message of the schema. Files are hostile input; protobuf is used nowhere else, and nothing here
 * knows what an operator means.
 */
package dev.espalier.core.onnx;
