package dev.espalier.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Changes one field of one part of a model, whatever the schema has: a size, a type, a name, an
 * attribute's value, a tensor's bytes; or leaves parts out, doubles them, swaps them, puts them
 * where they do not belong. Knows the schema and nothing of what the fields mean.
 */
final class FieldMutation {
    private static final long[] NUMBERS = {
        0,
        -1,
        1,
        2,
        3,
        5,
        7,
        8,
        11,
        16,
        127,
        255,
        1 << 16,
        1 << 20,
        100_000_000,
        Integer.MAX_VALUE,
        1L << 31,
        -(1L << 31),
        1L << 32,
        1L << 40,
        1L << 62,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 1,
        Long.MIN_VALUE,
        Long.MIN_VALUE + 1
    };

    private static final double[] REALS = {
        0, -0.0, 1, -1, 0.5, 1e38, -1e38, 1e-45, Double.NaN, Double.POSITIVE_INFINITY, -1e-5, 256
    };

    private static final List<String> TEXTS =
            List.of(
                    "",
                    "x",
                    " ",
                    "../x",
                    "\u001b[31m",
                    "\u202e",
                    "ai.onnx",
                    "com.microsoft",
                    "axis",
                    "axes",
                    "group",
                    "pads",
                    "strides",
                    "kernel_shape",
                    "block_size",
                    "to",
                    "value",
                    "SAME_LOWER",
                    "location",
                    "a".repeat(5000));

    /** A part of a model, and the way to it from the top. */
    private record Part(Message message, List<Step> path) {}

    /**
     * @param index within a repeated field, -1 in others
     */
    private record Step(FieldDescriptor field, int index) {}

    private final SplittableRandom random;
    private final List<Part> parts = new ArrayList<>();
    private final Map<String, List<Part>> byType = new TreeMap<>();
    private final List<String> texts = new ArrayList<>(TEXTS);

    private FieldMutation(ModelProto model, SplittableRandom random) {
        this.random = random;
        collect(new Part(model, List.of()));
    }

    /** A changed copy of {@code model}. */
    static ModelProto of(ModelProto model, SplittableRandom random) {
        ModelProto.Builder changed = model.toBuilder();
        new FieldMutation(model, random).change(changed);
        return changed.buildPartial();
    }

    private void collect(Part part) {
        parts.add(part);
        byType.computeIfAbsent(type(part.message()), key -> new ArrayList<>()).add(part);
        part.message()
                .getAllFields()
                .forEach(
                        (field, value) -> {
                            if (field.getJavaType() == JavaType.MESSAGE) {
                                collect(part, field, value);
                            } else if (field.getJavaType() == JavaType.STRING) {
                                collectTexts(value);
                            }
                        });
    }

    private void collect(Part part, FieldDescriptor field, Object value) {
        if (!field.isRepeated()) {
            collect(new Part((Message) value, path(part, new Step(field, -1))));
            return;
        }
        List<?> items = (List<?>) value;
        for (int i = 0; i < items.size(); i++) {
            collect(new Part((Message) items.get(i), path(part, new Step(field, i))));
        }
    }

    private void collectTexts(Object value) {
        if (value instanceof List<?> items) {
            items.forEach(item -> texts.add((String) item));
        } else {
            texts.add((String) value);
        }
    }

    private static List<Step> path(Part part, Step step) {
        List<Step> path = new ArrayList<>(part.path());
        path.add(step);
        return path;
    }

    private static String type(Message message) {
        return message.getDescriptorForType().getFullName();
    }

    private void change(Message.Builder model) {
        // Rare kinds of parts are changed as often as frequent ones.
        List<List<Part>> kinds = List.copyOf(byType.values());
        Part part = pick(random.nextBoolean() ? pick(kinds) : parts);
        Message.Builder builder = model;
        for (Step step : part.path()) {
            builder =
                    step.index() < 0
                            ? builder.getFieldBuilder(step.field())
                            : builder.getRepeatedFieldBuilder(step.field(), step.index());
        }
        List<FieldDescriptor> given = List.copyOf(part.message().getAllFields().keySet());
        FieldDescriptor field =
                given.isEmpty() || random.nextInt(5) == 0
                        ? pick(part.message().getDescriptorForType().getFields())
                        : pick(given);
        if (field.isRepeated()) {
            changeList(builder, field);
        } else {
            changeOne(builder, field);
        }
    }

    private void changeOne(Message.Builder builder, FieldDescriptor field) {
        if (random.nextInt(8) == 0) {
            builder.clearField(field);
        } else {
            builder.setField(field, value(builder, field, builder.getField(field)));
        }
    }

    private void changeList(Message.Builder builder, FieldDescriptor field) {
        List<Object> items = new ArrayList<>((List<?>) builder.getField(field));
        int at = items.isEmpty() ? 0 : random.nextInt(items.size());
        if (items.isEmpty()) {
            items.add(value(builder, field, null));
        } else {
            switch (random.nextInt(7)) {
                case 0 -> items.remove(at);
                case 1 -> items.add(at, items.get(at));
                case 2 -> java.util.Collections.swap(items, at, random.nextInt(items.size()));
                case 3 -> items.add(at, value(builder, field, items.get(at)));
                case 4 ->
                        IntStream.range(0, 1 + random.nextInt(40))
                                .forEach(i -> items.add(items.get(at)));
                default -> items.set(at, value(builder, field, items.get(at)));
            }
        }
        builder.setField(field, items);
    }

    /**
     * A value for {@code field}.
     *
     * @param old the value that it replaces, or null
     */
    private Object value(Message.Builder builder, FieldDescriptor field, Object old) {
        return switch (field.getJavaType()) {
            case LONG -> number(old == null ? 0 : (Long) old);
            case INT ->
                    random.nextBoolean()
                            ? random.nextInt(-1, 28)
                            : (int) number(old == null ? 0 : (Integer) old);
            case FLOAT -> (float) real(old == null ? 0 : (Float) old);
            case DOUBLE -> real(old == null ? 0 : (Double) old);
            case BOOLEAN -> random.nextBoolean();
            case STRING -> pick(texts);
            case BYTE_STRING -> bytes(old == null ? ByteString.EMPTY : (ByteString) old);
            case ENUM -> pick(field.getEnumType().getValues());
            case MESSAGE -> message(builder, field);
        };
    }

    private long number(long old) {
        return switch (random.nextInt(6)) {
            case 0 -> old + 1;
            case 1 -> old - 1;
            case 2 -> -old;
            case 3 -> old * 2;
            default -> NUMBERS[random.nextInt(NUMBERS.length)];
        };
    }

    private double real(double old) {
        return random.nextInt(4) == 0 ? -old : REALS[random.nextInt(REALS.length)];
    }

    private ByteString bytes(ByteString old) {
        byte[] bytes = old.toByteArray();
        return switch (random.nextInt(6)) {
            case 0 -> ByteString.EMPTY;
            case 1 -> old.substring(0, random.nextInt(old.size() + 1));
            case 2 -> old.concat(ByteString.copyFrom(new byte[1 + random.nextInt(16)]));
            case 3 -> {
                java.util.Arrays.fill(bytes, (byte) (random.nextBoolean() ? 0 : 0xff));
                yield ByteString.copyFrom(bytes);
            }
            case 4 -> ByteString.copyFromUtf8(pick(texts));
            default -> {
                random.nextBytes(bytes);
                yield ByteString.copyFrom(bytes);
            }
        };
    }

    /** An empty one, or one of the same type from elsewhere: graphs come to lie in graphs. */
    private Message message(Message.Builder builder, FieldDescriptor field) {
        Message empty = builder.newBuilderForField(field).buildPartial();
        List<Part> same = byType.getOrDefault(type(empty), List.of());
        return same.isEmpty() || random.nextInt(5) == 0 ? empty : pick(same).message();
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
