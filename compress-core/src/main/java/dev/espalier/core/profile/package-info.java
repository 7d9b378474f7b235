/**
 * What layers cost on one machine. {@link dev.espalier.core.profile.MachineProfile} holds what was
 * measured and answers from it: microseconds of a layer, steps of channels, and questions that
 * passes have; {@link dev.espalier.core.profile.LayerProbe} writes the layers that are timed.
 * Nothing here measures: whoever has a timer does, and passes ask by way of {@code
 * core.pass.Profiler}.
 */
package dev.espalier.core.profile;
