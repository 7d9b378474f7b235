package dev.espalier.core.op.control;

import dev.espalier.core.op.spec.Operator;
import java.util.List;

/** Operators that run graphs of their own: a new one is its file, its test, and one line here. */
public final class ControlOperators {
    private ControlOperators() {}

    public static List<Operator> all() {
        return List.of(new If(), new Loop(), new Scan());
    }
}
