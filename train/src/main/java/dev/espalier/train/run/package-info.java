/**
 * What one training is asked for and keeps: its plan, its checkpoints, and what pulls at its
 * weights from epoch to epoch. Read {@link dev.espalier.train.run.TrainingPlan} first.
 */
package dev.espalier.train.run;
