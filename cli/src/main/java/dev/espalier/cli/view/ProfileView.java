package dev.espalier.cli.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.LayerTime;
import dev.espalier.core.profile.MachineProfile;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** A machine's profile for people and for programs. */
public final class ProfileView {
    private static final int SIDE = 32;
    private static final int ROWS = 256;
    private static final int[] WIDTHS = {8, 12, 16, 20, 24, 32, 48, 64, 96, 128};

    private ProfileView() {}

    /** For each precision and kind the step, and microseconds by width. */
    public static Table widths(MachineProfile profile) {
        List<String> header = new ArrayList<>(List.of("layer", "in", "#step"));
        for (int width : WIDTHS) {
            header.add("#" + width);
        }
        Table table = new Table(header.toArray(String[]::new));
        for (LayerKind kind : LayerKind.values()) {
            for (Precision precision : Precision.values()) {
                List<Object> row = new ArrayList<>(List.of(kind, precision));
                OptionalInt step = profile.step(precision, kind);
                row.add(step.isPresent() ? step.getAsInt() : "-");
                for (int width : WIDTHS) {
                    row.add(micros(profile, precision, kind, width));
                }
                table.row(row.toArray());
            }
        }
        return table;
    }

    private static String micros(
            MachineProfile profile, Precision precision, LayerKind kind, int width) {
        int height = kind == LayerKind.PRODUCT ? ROWS : SIDE;
        return profile.times(precision, kind).stream()
                .filter(time -> time.inputs() == width && time.outputs() == width)
                .filter(time -> time.height() == height)
                .findFirst()
                .map(time -> micros(time.micros()))
                .orElse("-");
    }

    private static String micros(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** What passes ask, the fastest first. */
    public static Table answers(MachineProfile profile, List<ProfileQuestion> questions) {
        Table table = new Table("question", "fastest first, µs a layer", "what is compared");
        for (ProfileQuestion question : questions) {
            table.row(
                    question.id(),
                    profile.answer(question).map(ProfileView::ranked).orElse("-"),
                    question.help());
        }
        return table;
    }

    private static String ranked(ProfileAnswer answer) {
        return answer.micros().entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(each -> each.getKey() + " " + micros(each.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Whether sums saturate, in words. */
    public static String sums(MachineProfile profile) {
        Optional<Boolean> saturates = profile.saturates();
        if (saturates.isEmpty()) {
            return "not tried";
        }
        return saturates.get()
                ? "saturate on this machine; 'integers: {target: any}' keeps clear of it"
                : "are exact on this machine";
    }

    /** For all times of several profiles. */
    public static Table times() {
        return new Table(
                "threads", "layer", "precision", "inputs", "outputs", "height", "width", "micros");
    }

    /** Adds a profile to {@link #times}. */
    public static void add(Table table, int threads, MachineProfile profile) {
        for (LayerTime time : sorted(profile)) {
            table.row(
                    threads,
                    time.kind(),
                    time.precision(),
                    time.inputs(),
                    time.outputs(),
                    time.height(),
                    time.width(),
                    time.micros());
        }
    }

    private static List<LayerTime> sorted(MachineProfile profile) {
        return profile.times().stream()
                .sorted(
                        Comparator.comparing(LayerTime::kind)
                                .thenComparing(LayerTime::precision)
                                .thenComparing(LayerTime::height)
                                .thenComparing(LayerTime::inputs)
                                .thenComparing(LayerTime::outputs))
                .toList();
    }

    /** All of it; steps are null where they are not known. */
    public static ObjectNode json(MachineProfile profile, List<ProfileQuestion> questions) {
        ObjectNode node = Json.object().put("machine", profile.machine());
        node.put("saturates", profile.saturates().orElse(null));
        ArrayNode steps = node.putArray("steps");
        for (LayerKind kind : LayerKind.values()) {
            for (Precision precision : Precision.values()) {
                OptionalInt step = profile.step(precision, kind);
                steps.addObject()
                        .put("layer", kind.toString())
                        .put("precision", precision.toString())
                        .put("step", step.isPresent() ? (Integer) step.getAsInt() : null);
            }
        }
        ArrayNode layers = node.putArray("layers");
        for (LayerTime time : sorted(profile)) {
            ObjectNode layer = layers.addObject();
            layer.put("layer", time.kind().toString());
            layer.put("precision", time.precision().toString());
            layer.put("inputs", time.inputs()).put("outputs", time.outputs());
            layer.put("height", time.height()).put("width", time.width());
            Json.put(layer, "micros", time.micros());
        }
        ArrayNode answers = node.putArray("questions");
        for (ProfileQuestion question : questions) {
            ObjectNode one = answers.addObject().put("id", question.id());
            one.put("help", question.help());
            ObjectNode micros = one.putObject("micros");
            profile.answer(question)
                    .ifPresent(answer -> answer.micros().forEach((k, v) -> Json.put(micros, k, v)));
        }
        return node;
    }
}
