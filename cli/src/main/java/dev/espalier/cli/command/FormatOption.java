package dev.espalier.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.cli.view.Table;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option {@code --format} and what it means. */
final class FormatOption {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "How to print: ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    private Format format;

    boolean isTable() {
        return format == Format.TABLE;
    }

    /** Prints the one that was asked for. */
    void print(Terminal terminal, Supplier<Table> table, Supplier<JsonNode> json) {
        switch (format) {
            case TABLE -> terminal.printStyled(table.get().text(terminal));
            case CSV -> terminal.out().print(table.get().csv());
            case JSON -> terminal.out().print(json.get().toPrettyString() + "\n");
        }
    }
}
