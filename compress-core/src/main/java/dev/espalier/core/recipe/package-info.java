/**
 * Recipes: what to do with a model, as a YAML file that is checked before any work and printed back
 * with every default filled in. Read {@link dev.espalier.core.recipe.Recipe} first, then {@link
 * dev.espalier.core.recipe.RecipeReader}. Programs begin with {@link
 * dev.espalier.core.recipe.Options}, which has the same defaults. Nothing here knows any single
 * technique: the options of passes are read from their declarations.
 */
package dev.espalier.core.recipe;
