package dev.espalier.groupconv;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The exact solution of a linear assignment: each row gets a column of its own so that the sum of
 * costs is least. Prices of columns are found by reduction first, and the rows that are then left
 * over each take a shortest augmenting path: O(n^3), mostly far less. After Jonker and Volgenant, A
 * Shortest Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems, 1987. What
 * {@link SemiAssignment} is compared with.
 */
final class Assignment {
    private static final int REDUCTIONS = 2;
    private static final int NONE = -1;

    private final double[][] cost;
    private final int size;
    private final double[] price;
    private final int[] columnOf;
    private final int[] rowOf;

    private Assignment(double[][] cost) {
        this.cost = cost;
        this.size = cost.length;
        this.price = new double[size];
        this.columnOf = new int[size];
        this.rowOf = new int[size];
        Arrays.fill(columnOf, NONE);
        Arrays.fill(rowOf, NONE);
    }

    /**
     * The column of each row.
     *
     * @param cost finite, square; rows may share an array
     */
    static int[] solve(double[][] cost) {
        Assignment assignment = new Assignment(cost);
        assignment.reduceColumns();
        for (int i = 0; i < REDUCTIONS; i++) {
            assignment.reduceRows();
        }
        assignment.augment();
        return assignment.columnOf;
    }

    /** Each column costs at least its least row; who is that and free takes it. */
    private void reduceColumns() {
        Arrays.fill(price, Double.POSITIVE_INFINITY);
        int[] cheapest = new int[size];
        for (int row = 0; row < size; row++) {
            double[] costs = cost[row];
            for (int column = 0; column < size; column++) {
                if (costs[column] < price[column]) {
                    price[column] = costs[column];
                    cheapest[column] = row;
                }
            }
        }
        for (int column = size - 1; column >= 0; column--) {
            if (columnOf[cheapest[column]] == NONE) {
                pair(cheapest[column], column);
            }
        }
    }

    private void pair(int row, int column) {
        columnOf[row] = column;
        rowOf[column] = row;
    }

    private int[] freeRows() {
        return IntStream.range(0, size).filter(row -> columnOf[row] == NONE).toArray();
    }

    /**
     * Each free row takes its best column, at a price that makes the second best as good; whom it
     * drives out tries at once. Chains are bounded: with prices that hardly move they would go on
     * for ever.
     */
    private void reduceRows() {
        for (int free : freeRows()) {
            int row = free;
            for (int chain = 0; chain < size && row != NONE; chain++) {
                row = bid(row);
            }
        }
    }

    /** The row that was driven out and may bid again; none where nobody was, or at no gain. */
    private int bid(int row) {
        double[] costs = cost[row];
        double best = Double.POSITIVE_INFINITY;
        double second = Double.POSITIVE_INFINITY;
        int column = NONE;
        int other = NONE;
        for (int j = 0; j < size; j++) {
            double reduced = costs[j] - price[j];
            if (reduced < second) {
                if (reduced < best) {
                    second = best;
                    other = column;
                    best = reduced;
                    column = j;
                } else {
                    second = reduced;
                    other = j;
                }
            }
        }
        boolean gains = best < second && Double.isFinite(second);
        if (gains) {
            price[column] -= second - best;
        } else if (rowOf[column] != NONE && other != NONE) {
            column = other;
        }
        int owner = rowOf[column];
        if (owner != NONE && !gains) {
            return NONE;
        }
        if (owner != NONE) {
            columnOf[owner] = NONE;
        }
        pair(row, column);
        return owner;
    }

    private void augment() {
        double[] distance = new double[size];
        int[] before = new int[size];
        int[] columns = new int[size];
        for (int row : freeRows()) {
            augment(row, distance, before, columns);
        }
    }

    /**
     * Takes the shortest path from a free row to a free column.
     *
     * @param distance to each column
     * @param before the row from which each column is reached
     * @param columns first those that are reached and passed, then those at the least distance,
     *     then all others
     */
    private void augment(int start, double[] distance, int[] before, int[] columns) {
        for (int j = 0; j < size; j++) {
            distance[j] = cost[start][j] - price[j];
            before[j] = start;
            columns[j] = j;
        }
        int passed = 0;
        int reached = 0;
        int settled = 0;
        double least = 0;
        int end = NONE;
        while (end == NONE) {
            if (passed == reached) {
                settled = passed;
                least = Double.POSITIVE_INFINITY;
                for (int k = reached; k < size; k++) {
                    int j = columns[k];
                    if (distance[j] <= least) {
                        if (distance[j] < least) {
                            reached = passed;
                            least = distance[j];
                        }
                        columns[k] = columns[reached];
                        columns[reached++] = j;
                    }
                }
                end = freeAmong(columns, passed, reached);
            }
            if (end == NONE) {
                int through = columns[passed++];
                int row = rowOf[through];
                double[] costs = cost[row];
                double detour = costs[through] - price[through] - least;
                for (int k = reached; k < size && end == NONE; k++) {
                    int j = columns[k];
                    double found = costs[j] - price[j] - detour;
                    if (found < distance[j]) {
                        distance[j] = found;
                        before[j] = row;
                        if (found <= least) {
                            columns[k] = columns[reached];
                            columns[reached++] = j;
                            end = rowOf[j] == NONE ? j : NONE;
                        }
                    }
                }
            }
        }
        for (int k = 0; k < settled; k++) {
            price[columns[k]] += distance[columns[k]] - least;
        }
        follow(start, end, before);
    }

    private int freeAmong(int[] columns, int from, int to) {
        for (int k = from; k < to; k++) {
            if (rowOf[columns[k]] == NONE) {
                return columns[k];
            }
        }
        return NONE;
    }

    /** Gives every row on the path the column that it reached. */
    private void follow(int start, int end, int[] before) {
        int column = end;
        int row = NONE;
        while (row != start) {
            row = before[column];
            int next = columnOf[row];
            pair(row, column);
            column = next;
        }
    }
}
