package dev.espalier.cli.command;

import java.util.Locale;

/** How data is printed. */
enum Format {
    TABLE,
    CSV,
    JSON;

    /** As it is typed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
