package dev.espalier.core.metric;

/**
 * {@code agreement}: share of examples for which an output has its highest number at the same place
 * as the original model; of several outputs the lowest share. Outputs of one number for each
 * example are left out, since they have no other place; 1 where all are such.
 */
public final class SameAnswers implements Metric {
    @Override
    public String id() {
        return "agreement";
    }

    @Override
    public boolean isHigherBetter() {
        return true;
    }

    @Override
    public boolean isRatio() {
        return true;
    }

    @Override
    public Needs needs() {
        return Needs.ORIGINAL;
    }

    @Override
    public Tally begin() {
        return new AgreementTally();
    }
}
