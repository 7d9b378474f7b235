/**
 * Choosing by what was measured: several decisions, each with alternatives that have an error, take
 * a time and need bytes, and a bound on one of these. {@link dev.espalier.core.choice.Chooser}
 * finds the order in which changes are worth it, and walks it until a bound or a measured verdict
 * holds; passes measure, and leave choosing to it. Read {@link dev.espalier.core.choice.Decision}
 * first.
 */
package dev.espalier.core.choice;
