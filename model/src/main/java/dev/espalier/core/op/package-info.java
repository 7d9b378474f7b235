/**
 * What we know of ONNX's operators, in one table: {@link dev.espalier.core.op.Operators} is asked
 * what a node can do. Each operator is one file in {@code array}, {@code math}, {@code nn} or
 * {@code quantized}; read {@link dev.espalier.core.op.spec.Operator} for what it has to say.
 * Nothing here knows passes or files.
 */
package dev.espalier.core.op;
