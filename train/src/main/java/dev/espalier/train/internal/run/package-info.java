/**
 * One training: its steps, its state and checkpoints, what it measures and what it tells. Read
 * {@link dev.espalier.train.internal.run.TrainingRun} first; {@link
 * dev.espalier.train.run.TrainingPlan} says how long, how fast and on what.
 */
package dev.espalier.train.internal.run;
