package dev.espalier.cli;

/** How data is printed. */
enum Format {
    table,
    csv,
    json
}
