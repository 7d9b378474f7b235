package dev.espalier.train.program;

import java.util.HashSet;
import java.util.Set;

/**
 * Names for what users of an exported program see, as near to the ONNX names as Python allows. Each
 * is given once.
 */
final class ExportNames {
    /** What TorchScript takes for something else, and what every module has already. */
    private static final Set<String> RESERVED =
            Set.of(
                    "False",
                    "None",
                    "True",
                    "and",
                    "as",
                    "assert",
                    "async",
                    "await",
                    "break",
                    "class",
                    "continue",
                    "def",
                    "del",
                    "elif",
                    "else",
                    "except",
                    "finally",
                    "for",
                    "from",
                    "global",
                    "if",
                    "import",
                    "in",
                    "is",
                    "lambda",
                    "nonlocal",
                    "not",
                    "or",
                    "pass",
                    "raise",
                    "return",
                    "try",
                    "while",
                    "with",
                    "yield",
                    "self",
                    "torch",
                    "ops",
                    "annotate",
                    "unchecked_cast",
                    "uninitialized",
                    "inf",
                    "nan",
                    "infj",
                    "nanj",
                    "int",
                    "float",
                    "bool",
                    "str",
                    "CONSTANTS",
                    "training",
                    "forward");

    /**
     * What {@link NetworkWriter} calls its own variables, and {@link ProgramTensors} its tensors.
     */
    private static final String OURS = "[a-z]\\d+";

    private final Set<String> given = new HashSet<>();

    /**
     * The name itself where Python allows it and it is free, else {@code otherwise}.
     *
     * @param otherwise one of our own names, each used once
     */
    String argument(String name, String otherwise) {
        boolean valid = name.matches("[A-Za-z_][A-Za-z0-9_]*") && isFree(name);
        return valid && given.add(name) ? name : otherwise;
    }

    /** The name with an underscore for each character that Python does not allow. */
    String attribute(String name) {
        String legible = name.replaceAll("[^A-Za-z0-9_]", "_").replaceFirst("^_+", "");
        if (legible.isEmpty() || Character.isDigit(legible.charAt(0))) {
            legible = "tensor_" + legible;
        }
        while (!isFree(legible) || !given.add(legible)) {
            legible += "_";
        }
        return legible;
    }

    private static boolean isFree(String name) {
        return !RESERVED.contains(name) && !name.matches(OURS);
    }
}
