/**
 * How a change to a model is made, declared, run and recorded. Read {@link
 * dev.espalier.core.pass.Pass} first, then {@link dev.espalier.core.pass.PassContext}, through
 * which a pass reaches data, the runtime and the report. A program that calls passes itself makes a
 * {@link dev.espalier.core.pass.DirectContext}. Nothing here knows any single technique.
 */
package dev.espalier.core.pass;
