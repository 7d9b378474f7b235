/**
 * What a run writes: the output folder, which is whole at any moment, and beside it what an
 * unfinished run goes on from. Read {@link dev.espalier.internal.output.RunFolder} first.
 */
package dev.espalier.internal.output;
