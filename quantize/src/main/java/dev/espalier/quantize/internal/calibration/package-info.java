/**
 * Watches the values of a network while it runs on calibration samples. Read {@link
 * dev.espalier.quantize.internal.calibration.Calibrator} first, which keeps one {@link
 * dev.espalier.quantize.internal.calibration.Observer} for each value and nothing else.
 */
package dev.espalier.quantize.internal.calibration;
