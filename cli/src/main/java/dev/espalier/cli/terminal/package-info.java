/**
 * What a process has of its user: a terminal, which names from files cannot command, signals, and
 * an exit code. Read {@link dev.espalier.cli.terminal.Terminal} first.
 */
package dev.espalier.cli.terminal;
