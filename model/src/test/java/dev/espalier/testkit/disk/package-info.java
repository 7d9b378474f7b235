/**
 * A file system for tests that fails, fills up or loses what was not forced, at an operation that
 * the test names. Read {@link dev.espalier.testkit.disk.FailingDisk} first.
 */
package dev.espalier.testkit.disk;
