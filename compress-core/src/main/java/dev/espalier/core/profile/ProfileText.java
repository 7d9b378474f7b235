package dev.espalier.core.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A {@link MachineProfile} as lines of text, fields parted by tabs:
 *
 * <pre>
 *   espalier-profile 1
 *   machine    Intel Xeon, 2 cores, ...
 *   saturates  false
 *   layer      INT8  SPATIAL  16  16  32  32  10.8
 *   answer     pixel-pairs  one-by-one=12.9  pairs=10.8
 *   end
 * </pre>
 */
final class ProfileText {
    private static final String FIRST = "espalier-profile 1";
    private static final String LAST = "end";
    private static final String BETWEEN = "\t";
    private static final int LAYER_FIELDS = 8;

    private ProfileText() {}

    static String write(MachineProfile profile) {
        StringBuilder text = new StringBuilder();
        line(text, FIRST);
        line(text, "machine", profile.machine());
        profile.saturates().ifPresent(value -> line(text, "saturates", value));
        for (LayerTime time : profile.times()) {
            line(
                    text,
                    "layer",
                    time.precision().name(),
                    time.kind().name(),
                    time.inputs(),
                    time.outputs(),
                    time.height(),
                    time.width(),
                    time.micros());
        }
        new TreeMap<>(profile.answers())
                .values()
                .forEach(
                        answer ->
                                line(
                                        text,
                                        "answer",
                                        answer.id(),
                                        answer.micros().entrySet().stream()
                                                .map(each -> each.getKey() + "=" + each.getValue())
                                                .collect(Collectors.joining(BETWEEN))));
        line(text, LAST);
        return text.toString();
    }

    private static void line(StringBuilder text, Object... fields) {
        text.append(
                        Arrays.stream(fields)
                                .map(Object::toString)
                                .collect(Collectors.joining(BETWEEN)))
                .append('\n');
    }

    static Optional<MachineProfile> read(String text) {
        String[] lines = text.split("\n", -1);
        int last = lines.length - 2;
        if (last < 2
                || !lines[0].equals(FIRST)
                || !lines[1].startsWith("machine" + BETWEEN)
                || !lines[last].equals(LAST)
                || !lines[last + 1].isEmpty()) {
            return Optional.empty();
        }
        MachineProfile profile = MachineProfile.of(lines[1].substring(lines[1].indexOf('\t') + 1));
        try {
            for (int i = 2; i < last; i++) {
                profile = with(profile, lines[i].split(BETWEEN, -1));
            }
            return Optional.of(profile);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static MachineProfile with(MachineProfile profile, String[] fields) {
        if (fields[0].equals("saturates") && fields.length == 2) {
            return profile.withSaturates(truth(fields[1]));
        }
        if (fields[0].equals("layer") && fields.length == LAYER_FIELDS) {
            LayerTime time = layer(fields);
            List<LayerTime> same = new ArrayList<>(profile.times(time.precision(), time.kind()));
            same.add(time);
            return profile.withTimes(time.precision(), time.kind(), same);
        }
        if (fields[0].equals("answer") && fields.length > 2) {
            return profile.withAnswer(answer(fields));
        }
        throw new IllegalArgumentException("no line of a profile: " + fields[0]);
    }

    private static boolean truth(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("neither true nor false: " + text);
        }
        return text.equals("true");
    }

    private static LayerTime layer(String[] fields) {
        return new LayerTime(
                Precision.valueOf(fields[1]),
                LayerKind.valueOf(fields[2]),
                Integer.parseInt(fields[3]),
                Integer.parseInt(fields[4]),
                Integer.parseInt(fields[5]),
                Integer.parseInt(fields[6]),
                Double.parseDouble(fields[7]));
    }

    private static ProfileAnswer answer(String[] fields) {
        Map<String, Double> micros = new TreeMap<>();
        for (int i = 2; i < fields.length; i++) {
            String[] pair = fields[i].split("=", 2);
            if (pair.length < 2) {
                throw new IllegalArgumentException("no time: " + fields[i]);
            }
            micros.put(pair[0], Double.parseDouble(pair[1]));
        }
        return new ProfileAnswer(fields[1], micros);
    }
}
