package dev.espalier.cli.command;

import dev.espalier.internal.input.Versions;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionLine implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"espalier " + Versions.espalier()};
    }
}
