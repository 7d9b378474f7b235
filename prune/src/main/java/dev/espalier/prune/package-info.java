/**
 * Removes whole channels of least importance, with everything that has to go with them, down to a
 * budget of multiply-accumulate operations. Read {@link dev.espalier.prune.Prune} first; which
 * channels go together is {@link dev.espalier.core.analysis.ChannelGroups}'s knowledge. Nothing
 * here trains: fine-tuning is a pass of its own.
 */
package dev.espalier.prune;
