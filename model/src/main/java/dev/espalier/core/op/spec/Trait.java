package dev.espalier.core.op.spec;

/** Something that holds of an operator in every call; what is not said does not hold. */
public enum Trait {
    /**
     * Attributes, inputs and meaning are the same in operator sets 7 to 13, from the one on that
     * brought the operator.
     */
    UNCHANGED_7_TO_13,

    /**
     * Attributes, inputs and meaning are the same in operator sets 13 to 21, from the one on that
     * brought the operator.
     */
    UNCHANGED_13_TO_21,

    /** Its floating inputs and outputs are all of one type, float16 included. */
    FLOAT16,

    /** Its output holds every element of its first input once, in another order or shape. */
    REARRANGES,

    /** Each element of its outputs is one of its first input's. */
    SELECTS,

    /** Its output holds the elements of all its inputs. */
    JOINS,

    /** Its output is its first input in another type, as closely as that can be. */
    RETYPES,

    /** Maps each number on its own, by one straight line or few. */
    PIECEWISE_LINEAR,

    /** Cuts numbers off at a bound or two, so that doing it once more changes nothing. */
    LIMITS,

    /** Its output is all but the same for all large numbers, be they large or larger still. */
    SATURATES,

    /** Its result depends on the shapes of its inputs, but on no number in them. */
    MEASURES,

    /** Divides its first input by its second. */
    DIVIDES,

    /** Puts numbers on a grid of integers, or takes them off it, by a scale. */
    QUANTIZES,

    /** Computes on integers that stand for other numbers by a scale. */
    QUANTIZED,

    /** Multiplies by matrices inside, in a form of its own. */
    MATRIX_PRODUCT
}
