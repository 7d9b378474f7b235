/**
 * Facts about one snapshot of a model, computed on demand and changing nothing: types of all
 * values, cost, channels that go together. Read {@link dev.espalier.core.analysis.ShapeInference}
 * first. Nothing here knows passes.
 */
package dev.espalier.core.analysis;
