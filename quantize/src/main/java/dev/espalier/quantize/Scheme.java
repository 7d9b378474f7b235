package dev.espalier.quantize;

/** In how many bits weights and activations are kept. */
public enum Scheme {
    /** Static: u8 activations with ranges from calibration, symmetric s8 weights, s32 bias. */
    INT8
}
