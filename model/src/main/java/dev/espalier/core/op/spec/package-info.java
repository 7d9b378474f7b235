/**
 * What an operator says of itself, and in which terms: its call on values of known types, shapes,
 * channels that go together, cost, constant evaluation, and the TorchScript statement that trains
 * it. Read {@link dev.espalier.core.op.spec.Operator} first, then {@link
 * dev.espalier.core.op.spec.Call}. Nothing here knows an operator by its name.
 */
package dev.espalier.core.op.spec;
