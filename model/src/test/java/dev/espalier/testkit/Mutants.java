package dev.espalier.testkit;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Damaged and hostile model files, one for each number: {@code of(seed)} is the same file on every
 * machine and in every run. A mutant is a whole model with one to four changes of bytes, of single
 * fields of the file format, or of the graph in ways that leave a file that can be read.
 */
public final class Mutants {
    /** What is longer, since graphs were put into graphs, is changed byte by byte from there on. */
    private static final int MOST_BYTES = 1 << 18;

    private final List<byte[]> bases;

    private Mutants(List<byte[]> bases) {
        this.bases = bases;
    }

    /** Mutants of small models that are part of the tests. */
    public static Mutants ofSmallModels() {
        return new Mutants(MutantBases.files());
    }

    /**
     * Mutants of other models.
     *
     * @param files content of whole ONNX files; their order counts
     */
    public static Mutants of(List<byte[]> files) {
        return new Mutants(List.copyOf(files));
    }

    /** The mutant of number {@code seed}: the content of a file. */
    public byte[] of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] base = bases.get(random.nextInt(bases.size()));
        byte[] file = base;
        for (int changes = changes(random); changes > 0; changes--) {
            boolean mayGrow = file.length <= Math.max(MOST_BYTES, base.length);
            file = mayGrow ? changed(file, random) : ByteMutation.of(file, bases, random);
        }
        return file;
    }

    /** Mostly one, seldom four. */
    private static int changes(SplittableRandom random) {
        return 1 + Math.min(random.nextInt(4), random.nextInt(4));
    }

    private byte[] changed(byte[] file, SplittableRandom random) {
        int kind = random.nextInt(10);
        ModelProto model = kind < 2 ? null : parsed(file);
        if (model == null) {
            return ByteMutation.of(file, bases, random);
        }
        return kind < 5 || model.getGraph().getNodeCount() == 0
                ? FieldMutation.of(model, random).toByteArray()
                : GraphMutation.of(model, random).toByteArray();
    }

    /** Null where earlier changes have left no model. */
    private static ModelProto parsed(byte[] file) {
        try {
            return ModelProto.parseFrom(file);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }
}
