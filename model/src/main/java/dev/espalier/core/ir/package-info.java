/**
 * What a model is: an immutable snapshot of an ONNX file in ONNX's own words, and the one editor
 * that makes changed copies. Read {@link dev.espalier.core.ir.Model} first, then {@link
 * dev.espalier.core.ir.Graph} and {@link dev.espalier.core.ir.GraphEditor}. Nothing here knows what
 * an operator computes, how a file is laid out, or that passes exist.
 */
package dev.espalier.core.ir;
