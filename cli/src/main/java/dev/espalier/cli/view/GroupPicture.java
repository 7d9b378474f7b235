package dev.espalier.cli.view;

import dev.espalier.groupconv.Groupability;
import dev.espalier.groupconv.NormMatrix;
import java.util.List;
import java.util.Locale;

/**
 * An SVG picture of what convolutions have in each pair of channels, as the file has it and as the
 * best shuffle found orders it: a row of two matrices for each layer, outputs downwards, inputs to
 * the right, darker where the L1 norm is larger. Lines bound the two groups. Matrices of many
 * channels are shown as means over cells.
 */
public final class GroupPicture {
    private static final int SIDE = 192;
    private static final int MOST_CELLS = 256;
    private static final int LEFT = 20;
    private static final int TOP = 40;
    private static final int ROW = SIDE + 44;
    private static final int SECOND = LEFT + SIDE + 40;
    private static final int TEXT = SECOND + SIDE + 24;
    private static final int WIDTH = TEXT + 220;
    private static final String STYLE =
            "text{font:12px system-ui,sans-serif;fill:#333}"
                    + ".frame{fill:none;stroke:#999}"
                    + ".cut{stroke:#c53030;stroke-dasharray:4 3}";

    private final List<Groupability> layers;

    public GroupPicture(List<Groupability> layers) {
        this.layers = List.copyOf(layers);
    }

    public String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\">\n"
                        .formatted(WIDTH, TOP + ROW * layers.size()));
        svg.append("<style>").append(STYLE).append("</style>\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        Svg.text(svg, LEFT, 20, "L1 norm of each pair of channels, as in the file and shuffled");
        for (int i = 0; i < layers.size(); i++) {
            row(svg, layers.get(i), TOP + ROW * i);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void row(StringBuilder svg, Groupability layer, int y) {
        NormMatrix norms = layer.norms();
        Svg.text(
                svg,
                LEFT,
                y + 12,
                "%s, %s x %s".formatted(layer.layer(), norms.rows(), norms.columns()));
        matrix(svg, norms, LEFT, y + 20, false);
        matrix(svg, layer.shuffled(), SECOND, y + 20, layer.kept().size() > 1);
        for (int level = 1; level < layer.kept().size(); level++) {
            Svg.text(
                    svg,
                    TEXT,
                    y + 20 + 18 * level,
                    String.format(
                            Locale.ROOT,
                            "%s groups keep %.1f %%",
                            1 << level,
                            100 * layer.kept().get(level)));
        }
    }

    private static void matrix(StringBuilder svg, NormMatrix norms, int x, int y, boolean cut) {
        Svg.picture(svg, cells(norms), x, y, SIDE);
        svg.append(
                "<rect class=\"frame\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>\n"
                        .formatted(x, y, SIDE, SIDE));
        if (cut) {
            int half = SIDE / 2;
            Svg.line(svg, "cut", x + half, x + half, y, y + SIDE);
            Svg.line(svg, "cut", x, x + SIDE, y + half, y + half);
        }
    }

    private static double[][] cells(NormMatrix norms) {
        int rows = Math.min(norms.rows(), MOST_CELLS);
        int columns = Math.min(norms.columns(), MOST_CELLS);
        double[][] cells = new double[rows][columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                cells[row][column] = mean(norms, row, rows, column, columns);
            }
        }
        return cells;
    }

    /** The mean of the norms that one cell of the picture stands for. */
    private static double mean(NormMatrix norms, int row, int rows, int column, int columns) {
        int bottom = (row + 1) * norms.rows() / rows;
        int right = (column + 1) * norms.columns() / columns;
        double sum = 0;
        int count = 0;
        for (int r = row * norms.rows() / rows; r < bottom; r++) {
            for (int c = column * norms.columns() / columns; c < right; c++) {
                sum += norms.at(r, c);
                count++;
            }
        }
        return sum / count;
    }
}
