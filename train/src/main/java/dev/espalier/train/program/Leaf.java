package dev.espalier.train.program;

import dev.espalier.core.ir.Shape;

/**
 * A tensor that the program takes gradients of.
 *
 * @param attribute that holds it
 * @param variable local variable that stands for it in the forward computation
 */
record Leaf(Slot slot, Shape shape, String attribute, String variable) {}
