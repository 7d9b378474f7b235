/**
 * Newer operator sets for old models, so that everything behind knows one way of writing each
 * operator. Read {@link dev.espalier.core.upgrade.UpgradeOpset} first, then {@link
 * dev.espalier.core.upgrade.OpsetUpgrade}. Results equal the original's.
 */
package dev.espalier.core.upgrade;
