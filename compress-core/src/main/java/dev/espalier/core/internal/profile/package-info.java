/**
 * How a {@link dev.espalier.core.profile.MachineProfile} comes about: {@link
 * dev.espalier.core.internal.profile.LayerGrid} says which layers are timed, {@link
 * dev.espalier.core.internal.profile.MeasuringProfiler} times them by a timer that it is given and
 * keeps what it found where it is told to. Only whoever makes a {@code Host} needs it.
 */
package dev.espalier.core.internal.profile;
