/**
 * Passes that make a float model stand quantization better. Each takes a float model and returns
 * one, stands before {@code quantize} in a recipe, and may be used without the others.
 */
package dev.espalier.quantize.internal.repair;
