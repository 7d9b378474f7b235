package dev.espalier.graft;

import java.util.function.IntToDoubleFunction;

/**
 * What a tensor keeps of its own when another network's is grafted onto it.
 *
 * @param least share of any number in it, 0 to 1
 * @param most share of any number in it, 0 to 1
 * @param at share of the number at a place of the flattened tensor
 */
record Kept(double least, double most, IntToDoubleFunction at) {
    /** One share for all of the tensor. */
    static Kept everywhere(double share) {
        return new Kept(share, share, place -> share);
    }
}
