/**
 * What tests of every module share: passes tested as text before and text after, a context that
 * remembers what a pass said, seeded random networks, and hostile model files ({@link
 * dev.espalier.testkit.Mutants}). Read {@link dev.espalier.testkit.PassTester} first. Published as
 * the test-jar of compress-core; it knows no runtime, which a test brings along as a {@code
 * ModelRunner}.
 */
package dev.espalier.testkit;
