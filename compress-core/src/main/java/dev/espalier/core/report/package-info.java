/**
 * What a compression did, as records first and formats second: JSON, CSV, one HTML page and a few
 * lines of text are all made from the same {@link dev.espalier.core.report.CompressionReport},
 * which is the type to read first. Nothing here measures anything or knows any single pass.
 */
package dev.espalier.core.report;
