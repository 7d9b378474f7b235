/**
 * What we know of ONNX's operators, one file each: attributes with their defaults, shapes, which
 * channels must go together, cost, constant evaluation, and the TorchScript statement that trains
 * it. Read {@link dev.espalier.core.op.Operator} first, then {@link dev.espalier.core.op.Conv} as
 * an example; {@link dev.espalier.core.op.Operators} is the table. Nothing here knows passes or
 * files.
 */
package dev.espalier.core.op;
