/**
 * The options of {@link dev.espalier.groupconv.GroupConv}, block by block as recipes have them.
 * Read {@link dev.espalier.groupconv.option.TargetSettings} first.
 */
package dev.espalier.groupconv.option;
