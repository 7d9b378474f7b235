package dev.espalier.core.pass;

import dev.espalier.core.profile.ProfileQuestion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** All passes at hand, by their id in alphabetical order. */
public final class PassRegistry {
    private final Map<String, Class<? extends Pass>> byId;

    private PassRegistry(Map<String, Class<? extends Pass>> byId) {
        this.byId = Collections.unmodifiableMap(byId);
    }

    /** The passes of every {@link PassCatalog} on the class path. */
    public static PassRegistry load() {
        List<Class<? extends Pass>> types = new ArrayList<>();
        ServiceLoader.load(PassCatalog.class).forEach(catalog -> types.addAll(catalog.passes()));
        return of(types);
    }

    /** The {@linkplain PassCatalog#questions questions} of all passes on the class path, by id. */
    public static List<ProfileQuestion> questions() {
        List<ProfileQuestion> questions = new ArrayList<>();
        ServiceLoader.load(PassCatalog.class)
                .forEach(catalog -> questions.addAll(catalog.questions()));
        questions.sort(Comparator.comparing(ProfileQuestion::id));
        return questions;
    }

    /**
     * @throws IllegalStateException where two passes have one id, or a type is not a record with
     *     {@link PassInfo}: errors of whoever wrote the pass, not of a user
     */
    public static PassRegistry of(Collection<Class<? extends Pass>> types) {
        Map<String, Class<? extends Pass>> byId = new TreeMap<>();
        for (Class<? extends Pass> type : types) {
            String id = info(type).id();
            Class<? extends Pass> other = byId.put(id, type);
            if (other != null && other != type) {
                throw new IllegalStateException(
                        "%s and %s both have the pass id '%s'"
                                .formatted(other.getName(), type.getName(), id));
            }
        }
        return new PassRegistry(byId);
    }

    public Collection<String> ids() {
        return byId.keySet();
    }

    public Optional<Class<? extends Pass>> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** What the type of a pass says of itself. */
    public static PassInfo info(Class<? extends Pass> type) {
        PassInfo info = type.getAnnotation(PassInfo.class);
        if (info == null || !type.isRecord()) {
            throw new IllegalStateException(
                    type.getName() + " must be a record annotated with @PassInfo");
        }
        return info;
    }

    /** The id of {@code pass} in recipes and reports. */
    public static String id(Pass pass) {
        return info(pass.getClass()).id();
    }
}
