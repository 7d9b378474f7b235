/**
 * The command line: it joins the modules, shows progress and errors to people, and prints data for
 * programs. {@link dev.espalier.cli.Main} is where a process begins; go on in {@link
 * dev.espalier.cli.command.Espalier}. Nothing may depend on this package, and no technique is known
 * here but by its id.
 */
package dev.espalier.cli;
