/** Which metrics judge a recipe's models, and the jars they may come from. */
package dev.espalier.internal.judge;
