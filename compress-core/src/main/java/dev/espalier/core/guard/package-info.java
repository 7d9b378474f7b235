/**
 * Watches over what passes lose. {@link dev.espalier.core.guard.LossMeter} measures a network
 * against another on validation examples, {@link dev.espalier.core.guard.LossBound} says what is
 * too much, and {@link dev.espalier.core.guard.AccuracyGuard} tries a pass's remedies where it is.
 * Read {@link dev.espalier.core.guard.Loss} first.
 */
package dev.espalier.core.guard;
