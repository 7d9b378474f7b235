/**
 * Tables, pictures and JSON of what commands found out; nothing is computed here but what is shown.
 */
package dev.espalier.cli.view;
