/**
 * What tests of passes share: a pass tested as text before and text after, a context with random
 * data, checkpoints in memory. Read {@link dev.espalier.testkit.pass.PassTester} first. Published
 * as the test-jar of compress-core; it knows no runtime, which a test brings along as a {@code
 * ModelRunner}.
 */
package dev.espalier.testkit.pass;
