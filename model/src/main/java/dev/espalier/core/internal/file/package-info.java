/**
 * Files that survive: written as a whole, forced to disk before anything relies on them, and known
 * again by their SHA-256. Read {@link dev.espalier.core.internal.file.WholeFile} first. Nothing
 * here knows what the files hold.
 */
package dev.espalier.core.internal.file;
