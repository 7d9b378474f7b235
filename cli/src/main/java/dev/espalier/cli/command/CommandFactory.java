package dev.espalier.cli.command;

import java.lang.reflect.Constructor;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes commands, giving the root to those whose constructor takes it. */
public final class CommandFactory implements IFactory {
    private final Espalier root;

    public CommandFactory(Espalier root) {
        this.root = root;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (constructor.getParameterCount() == 1
                    && constructor.getParameterTypes()[0] == Espalier.class) {
                return type.cast(constructor.newInstance(root));
            }
        }
        return CommandLine.defaultFactory().create(type);
    }
}
