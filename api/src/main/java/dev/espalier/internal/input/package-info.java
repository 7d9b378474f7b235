/**
 * What a run is given, made sure of: the folder for the cache, fingerprints of what was given,
 * versions, paths in recipes, and what format data are stored in. {@link
 * dev.espalier.internal.input.Fingerprint} is a good one to read first. Nothing here is for
 * callers: it changes without notice.
 */
package dev.espalier.internal.input;
