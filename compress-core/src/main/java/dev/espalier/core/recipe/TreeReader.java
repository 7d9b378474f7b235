package dev.espalier.core.recipe;

import dev.espalier.core.InvalidOptionException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Turns YAML into a {@link Tree}, within limits that no honest recipe reaches. */
final class TreeReader {
    /** Characters of a recipe. */
    static final int MOST_CHARACTERS = 1 << 20;

    private static final int DEEPEST = 32;

    private final String source;
    private final Iterator<Event> events;

    private TreeReader(String source, Iterator<Event> events) {
        this.source = source;
        this.events = events;
    }

    /**
     * @param source how messages call the text
     * @throws InvalidOptionException where the text is not one YAML document within the limits
     */
    static Tree read(String text, String source) {
        if (text.length() > MOST_CHARACTERS) {
            throw Place.of(source)
                    .error(
                            "a recipe of %s characters; at most %s are read"
                                    .formatted(text.length(), MOST_CHARACTERS));
        }
        LoadSettings settings = LoadSettings.builder().setLabel(source).build();
        try {
            return new TreeReader(source, new Parse(settings).parseString(text).iterator())
                    .document();
        } catch (MarkedYamlEngineException e) {
            String context = e.getContext() == null ? "" : e.getContext() + ": ";
            throw place(source, e.getProblemMark())
                    .error("not valid YAML, " + context + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw Place.of(source).error("not valid YAML, " + e.getMessage(), e);
        }
    }

    private Tree document() {
        Event event = next(Event.ID.StreamStart);
        if (event.getEventId() != Event.ID.DocumentStart) {
            return new Tree.Scalar(new Place(source, 1, 1), "", false);
        }
        Tree tree = tree(events.next(), 0);
        Event end = next(Event.ID.DocumentEnd);
        if (end.getEventId() != Event.ID.StreamEnd) {
            throw place(source, end.getStartMark())
                    .error("a second document begins; a recipe is a single one");
        }
        return tree;
    }

    private Event next(Event.ID passing) {
        Event event = events.next();
        return event.getEventId() == passing ? events.next() : event;
    }

    private Tree tree(Event event, int depth) {
        Place place = place(source, event.getStartMark());
        if (depth > DEEPEST) {
            throw place.error("more than " + DEEPEST + " levels of nesting");
        }
        if (event instanceof AliasEvent alias) {
            throw place.error(
                    "the alias *" + alias.getAlias() + " is not allowed here; write the value out");
        }
        return switch (event.getEventId()) {
            case Scalar -> {
                ScalarEvent scalar = (ScalarEvent) event;
                yield new Tree.Scalar(place, scalar.getValue(), !scalar.isPlain());
            }
            case SequenceStart -> sequence(place, depth);
            case MappingStart -> mapping(place, depth);
            default -> throw place.error("unexpected " + event.getEventId());
        };
    }

    private Tree sequence(Place place, int depth) {
        List<Tree> items = new ArrayList<>();
        for (Event e = events.next(); e.getEventId() != Event.ID.SequenceEnd; e = events.next()) {
            items.add(tree(e, depth + 1));
        }
        return new Tree.Sequence(place, items);
    }

    private Tree mapping(Place place, int depth) {
        Map<String, Tree.Entry> entries = new LinkedHashMap<>();
        for (Event e = events.next(); e.getEventId() != Event.ID.MappingEnd; e = events.next()) {
            if (!(tree(e, depth + 1) instanceof Tree.Scalar key)) {
                throw place(source, e.getStartMark()).error("a key must be a single word");
            }
            Tree value = tree(events.next(), depth + 1);
            Tree.Entry earlier = entries.put(key.text(), new Tree.Entry(key.place(), value));
            if (earlier != null) {
                throw key.place()
                        .error(
                                "the key '%s' stands here for the second time, first at %s"
                                        .formatted(key.text(), earlier.place()));
            }
        }
        return new Tree.Mapping(place, entries);
    }

    private static Place place(String source, Optional<Mark> mark) {
        return mark.map(m -> new Place(source, m.getLine() + 1, m.getColumn() + 1))
                .orElse(Place.of(source));
    }
}
