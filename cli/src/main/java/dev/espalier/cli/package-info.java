/**
 * The command line: it joins the modules, shows progress and errors to people, and prints data for
 * programs. Read {@link dev.espalier.cli.Espalier} first, then one command. Nothing may depend on
 * this package, and no technique is known here but by its id.
 */
package dev.espalier.cli;
