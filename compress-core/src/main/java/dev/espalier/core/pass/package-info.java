/**
 * How a change to a model is made, declared, run and recorded. Read {@link
 * dev.espalier.core.pass.Pass} first, then {@link dev.espalier.core.pass.PassContext}, through
 * which a pass reaches data, the runtime and the report, and {@link
 * dev.espalier.core.pass.Pipeline}, which runs several. Nothing here knows any single technique.
 */
package dev.espalier.core.pass;
