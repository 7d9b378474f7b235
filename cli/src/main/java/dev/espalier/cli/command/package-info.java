/**
 * The commands, each a class. Read {@link dev.espalier.cli.command.Espalier} first, then one of
 * them: it reads its arguments, calls a module, and prints with the classes of the view.
 */
package dev.espalier.cli.command;
