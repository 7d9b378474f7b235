/**
 * Grafts filters: blends the weights of networks of one topology that were trained beside each
 * other, so that weak filters come to life while size and cost stay. Read {@link
 * dev.espalier.graft.LayerwiseBlend} first, which is the formula; {@link
 * dev.espalier.graft.LayerFilters} is the diagnosis.
 */
package dev.espalier.graft;
