package dev.espalier.core.op.math;

import static dev.espalier.core.op.spec.NodeCheck.require;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an Einsum's equation says: the letters of each operand's axes and of the result's. Axes that
 * "..." stands for are {@link #ANY} until they are counted.
 *
 * @param operands labels of each operand
 * @param result labels of the result, each once
 */
record EinsumEquation(List<List<Integer>> operands, List<Integer> result) {
    /** Stands for any number of axes. */
    static final int ANY = -1;

    private static final String DOTS = "...";
    private static final String ARROW = "->";

    /**
     * @throws IllegalArgumentException where {@code text} is no equation
     */
    static EinsumEquation parse(String text) {
        String plain = text.replace(" ", "");
        int arrow = plain.indexOf(ARROW);
        String left = arrow < 0 ? plain : plain.substring(0, arrow);
        List<List<Integer>> operands = new ArrayList<>();
        for (String term : left.split(",", -1)) {
            operands.add(labels(term, text));
        }
        List<Integer> result =
                arrow < 0
                        ? implied(operands)
                        : labels(plain.substring(arrow + ARROW.length()), text);
        require(
                new HashSet<>(result).size() == result.size(),
                "equation '%s' has a letter twice in its result",
                text);
        Set<Integer> known = operands.stream().flatMap(List::stream).collect(Collectors.toSet());
        require(
                known.containsAll(result),
                "equation '%s' has a letter in its result that no operand has",
                text);
        return new EinsumEquation(List.copyOf(operands), List.copyOf(result));
    }

    private static List<Integer> labels(String term, String text) {
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i < term.length(); i++) {
            if (term.startsWith(DOTS, i)) {
                require(!labels.contains(ANY), "equation '%s' has ... twice in an operand", text);
                labels.add(ANY);
                i += DOTS.length() - 1;
            } else {
                char letter = term.charAt(i);
                boolean isLetter = letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z';
                require(isLetter, "equation '%s' has '%s', which is no letter", text, letter);
                labels.add((int) letter);
            }
        }
        return List.copyOf(labels);
    }

    /** Without an arrow: the letters that are there once, in the order of the alphabet. */
    private static List<Integer> implied(List<List<Integer>> operands) {
        TreeMap<Integer, Integer> counts = new TreeMap<>();
        operands.stream().flatMap(List::stream).forEach(l -> counts.merge(l, 1, Integer::sum));
        return counts.keySet().stream().filter(l -> l == ANY || counts.get(l) == 1).toList();
    }

    /** Whether operand {@code i} may have {@code rank} axes. */
    boolean fits(int i, int rank) {
        List<Integer> labels = operands.get(i);
        return labels.contains(ANY) ? rank >= labels.size() - 1 : rank == labels.size();
    }

    /**
     * The labels of {@code rank} axes: where "..." stands for several they are numbered from the
     * last, below {@link #ANY}.
     */
    static List<Integer> spread(List<Integer> labels, int rank) {
        List<Integer> all = new ArrayList<>();
        for (int label : labels) {
            if (label != ANY) {
                all.add(label);
                continue;
            }
            for (int left = rank - labels.size() + 1; left > 0; left--) {
                all.add(ANY - left);
            }
        }
        return all;
    }

    /** The equation in the standard's words, with its result. */
    String text() {
        return operands.stream().map(EinsumEquation::text).collect(Collectors.joining(","))
                + ARROW
                + text(result);
    }

    private static String text(List<Integer> labels) {
        return labels.stream()
                .map(label -> label == ANY ? DOTS : Character.toString(label))
                .collect(Collectors.joining());
    }
}
