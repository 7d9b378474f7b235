/**
 * Further processes that take part in a pass: how they are started, and the line between them and
 * the one that leads. Read {@link dev.espalier.internal.worker.JvmWorkers} first.
 */
package dev.espalier.internal.worker;
