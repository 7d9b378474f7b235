/**
 * Several trainings of one topology that exchange weights between epochs, in one process or in
 * several. Read {@link dev.espalier.train.internal.joint.JointTrainer} first; an {@code
 * EpochRunner} gets all of them through one epoch.
 */
package dev.espalier.train.internal.joint;
