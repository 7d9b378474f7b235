/**
 * Operators that hold graphs of their own and decide which of them run, and how often: If, Loop and
 * Scan. Each says what its outputs are from what the graphs inside make. Read {@link
 * dev.espalier.core.op.control.If} first.
 */
package dev.espalier.core.op.control;
