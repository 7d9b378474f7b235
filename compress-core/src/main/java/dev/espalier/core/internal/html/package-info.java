/**
 * {@code report.html}: one file that opens offline, loads nothing, and shows a result to a person.
 * Read {@link dev.espalier.core.internal.html.HtmlReport} first; each section of the page is a
 * class of its own. Nothing here computes a figure that the records and {@link
 * dev.espalier.core.report.Verdict} do not have.
 */
package dev.espalier.core.internal.html;
