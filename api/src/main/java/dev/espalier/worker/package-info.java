/**
 * Further processes that take part in a pass: how they are started, and the line between them and
 * the one that leads. Read {@link dev.espalier.worker.JvmWorkers} first.
 */
package dev.espalier.worker;
