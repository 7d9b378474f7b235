/**
 * What tests of every module share: examples of operators, seeded random networks, files of ONNX's
 * own cases, and hostile model files ({@link dev.espalier.testkit.Mutants}). Read {@link
 * dev.espalier.testkit.RandomGraphs} first. Published as the test-jar of model; what knows passes
 * is {@code dev.espalier.testkit.pass} in the test-jar of compress-core.
 */
package dev.espalier.testkit;
