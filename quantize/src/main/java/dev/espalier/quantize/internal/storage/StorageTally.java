package dev.espalier.quantize.internal.storage;

import dev.espalier.quantize.option.HalfType;
import java.util.Locale;

/** Counts what is stored in two bytes, and what that costs. */
public final class StorageTally {
    private final HalfType type;
    private int tensors;
    private long elements;
    private long subnormal;
    private long vanishing;

    public StorageTally(HalfType type) {
        this.type = type;
    }

    void add(NarrowTensor narrow) {
        tensors++;
        elements += narrow.tensor().elementCount();
        subnormal += narrow.subnormal();
        vanishing += narrow.vanishing();
    }

    boolean isEmpty() {
        return tensors == 0;
    }

    /** The type's name in ONNX. */
    String suffix() {
        return type.dataType().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return "%s tensors of %s numbers in %s".formatted(tensors, elements, suffix())
                + (subnormal == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; %s numbers below %.1e lose precision, %s of them become zero",
                                subnormal,
                                type.leastNormal(),
                                vanishing));
    }
}
