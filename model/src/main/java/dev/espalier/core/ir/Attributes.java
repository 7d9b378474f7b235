package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The attributes of a node, in the file's order, with typed look-ups that take the spec's default.
 */
public final class Attributes {
    public static final Attributes NONE = new Attributes(Map.of());

    private final Map<String, Attribute> byName;

    private Attributes(Map<String, Attribute> byName) {
        this.byName = byName;
    }

    public static Attributes of(Map<String, Attribute> byName) {
        return byName.isEmpty()
                ? NONE
                : new Attributes(Collections.unmodifiableMap(new LinkedHashMap<>(byName)));
    }

    /** In the file's order, unmodifiable. */
    public Map<String, Attribute> asMap() {
        return byName;
    }

    public boolean has(String name) {
        return byName.containsKey(name);
    }

    public Optional<Attribute> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The integer {@code name}, or {@code absent} where there is none of that name and kind. */
    public long integer(String name, long absent) {
        return byName.get(name) instanceof Attribute.IntValue v ? v.value() : absent;
    }

    public float real(String name, float absent) {
        return byName.get(name) instanceof Attribute.FloatValue v ? v.value() : absent;
    }

    public String string(String name, String absent) {
        return byName.get(name) instanceof Attribute.StringValue v ? v.value() : absent;
    }

    /** The integers {@code name} as a new array, or {@code absent}. */
    public long[] integers(String name, long... absent) {
        return byName.get(name) instanceof Attribute.Ints v
                ? v.values().stream().mapToLong(Long::longValue).toArray()
                : absent;
    }

    public Optional<Tensor> tensor(String name) {
        return byName.get(name) instanceof Attribute.TensorValue v
                ? Optional.of(v.value())
                : Optional.empty();
    }

    /** The graphs of all graph-valued attributes, in order. */
    public List<Graph> graphs() {
        List<Graph> found = new ArrayList<>();
        for (Attribute attribute : byName.values()) {
            if (attribute instanceof Attribute.GraphValue one) {
                found.add(one.value());
            } else if (attribute instanceof Attribute.Graphs several) {
                found.addAll(several.values());
            }
        }
        return found;
    }

    public Attributes with(String name, Attribute value) {
        Map<String, Attribute> changed = new LinkedHashMap<>(byName);
        changed.put(name, value);
        return of(changed);
    }

    public Attributes with(String name, long value) {
        return with(name, new Attribute.IntValue(value));
    }

    public Attributes with(String name, long[] values) {
        return with(name, new Attribute.Ints(java.util.Arrays.stream(values).boxed().toList()));
    }

    public Attributes without(String name) {
        if (!byName.containsKey(name)) {
            return this;
        }
        Map<String, Attribute> changed = new LinkedHashMap<>(byName);
        changed.remove(name);
        return of(changed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Attributes attributes && byName.equals(attributes.byName);
    }

    @Override
    public int hashCode() {
        return byName.hashCode();
    }

    @Override
    public String toString() {
        return byName.toString();
    }
}
