package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Orders nodes so that every value is made before it is read, staying close to the given order. */
final class TopologicalSort {
    private final Graph graph;
    private final List<Node> nodes;
    private final Set<String> made;

    TopologicalSort(Graph graph, List<Node> nodes, Set<String> made) {
        this.graph = graph;
        this.nodes = nodes;
        this.made = made;
    }

    List<Node> sort() {
        Map<String, Integer> producers = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).outputs()) {
                if (!output.isEmpty()
                        && (made.contains(output) || producers.put(output, i) != null)) {
                    throw new IllegalStateException(
                            "value '"
                                    + output
                                    + "' is made twice, again by "
                                    + nodes.get(i).label());
                }
            }
        }
        int[] waiting = new int[nodes.size()];
        List<List<Integer>> readers = new ArrayList<>();
        nodes.forEach(node -> readers.add(new ArrayList<>()));
        for (int i = 0; i < nodes.size(); i++) {
            for (String read : nodes.get(i).reads()) {
                Integer producer = producers.get(read);
                if (producer != null) {
                    waiting[i]++;
                    readers.get(producer).add(i);
                } else if (!made.contains(read)) {
                    throw new IllegalStateException(
                            nodes.get(i).label() + " reads '" + read + "', which nothing makes");
                }
            }
        }
        checkOutputs(producers);
        return drain(waiting, readers);
    }

    private void checkOutputs(Map<String, Integer> producers) {
        for (Value output : graph.outputs()) {
            if (!producers.containsKey(output.name()) && !made.contains(output.name())) {
                throw new IllegalStateException(
                        "graph output '" + output.name() + "' is made by nothing");
            }
        }
    }

    private List<Node> drain(int[] waiting, List<List<Integer>> readers) {
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < waiting.length; i++) {
            if (waiting[i] == 0) {
                ready.add(i);
            }
        }
        List<Node> sorted = new ArrayList<>(nodes.size());
        while (!ready.isEmpty()) {
            int next = ready.poll();
            sorted.add(nodes.get(next));
            for (int reader : readers.get(next)) {
                if (--waiting[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        if (sorted.size() < nodes.size()) {
            for (int i = 0; i < waiting.length; i++) {
                if (waiting[i] > 0) {
                    throw new IllegalStateException(
                            nodes.get(i).label() + " depends on its own output");
                }
            }
        }
        return sorted;
    }
}
