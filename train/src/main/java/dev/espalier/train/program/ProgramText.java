package dev.espalier.train.program;

import java.util.List;

/** The methods of a TorchScript class as they are written, one statement a line. */
final class ProgramText {
    private final StringBuilder text = new StringBuilder();

    /** Begins a method; statements go into it until the next one begins. */
    ProgramText method(String name, List<String> parameters, String result) {
        text.append("  def ").append(name).append("(self: __torch__.Net");
        parameters.forEach(parameter -> text.append(",\n      ").append(parameter));
        text.append(") -> ").append(result).append(":\n");
        return this;
    }

    ProgramText add(String statement) {
        text.append("    ").append(statement).append('\n');
        return this;
    }

    ProgramText add(List<String> statements) {
        statements.forEach(this::add);
        return this;
    }

    /** A list of expressions. */
    static String list(List<String> expressions) {
        return "[" + String.join(", ", expressions) + "]";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
