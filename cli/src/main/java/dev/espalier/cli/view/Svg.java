package dev.espalier.cli.view;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Elements of SVG pictures. */
final class Svg {
    private Svg() {}

    static void line(StringBuilder svg, String kind, double x1, double x2, double y1, double y2) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                        kind,
                        x1,
                        x2,
                        y1,
                        y2));
    }

    /**
     * A square of numbers, none negative: 0 is white, the largest black.
     *
     * @param cells row by row, at least one
     */
    static void picture(StringBuilder svg, double[][] cells, int x, int y, int side) {
        double largest = 0;
        for (double[] row : cells) {
            for (double cell : row) {
                largest = Math.max(largest, cell);
            }
        }
        BufferedImage image =
                new BufferedImage(cells[0].length, cells.length, BufferedImage.TYPE_BYTE_GRAY);
        for (int row = 0; row < cells.length; row++) {
            for (int column = 0; column < cells[row].length; column++) {
                double share = largest == 0 ? 0 : cells[row][column] / largest;
                image.getRaster().setSample(column, row, 0, (int) Math.round(255 * (1 - share)));
            }
        }
        svg.append(
                "<image x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,%s\"/>\n"
                        .formatted(x, y, side, side, png(image)));
    }

    private static String png(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** Names in a model file may be anything. */
    static void text(StringBuilder svg, double x, double y, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        svg.append(
                String.format(
                        Locale.ROOT, "<text x=\"%.1f\" y=\"%.0f\">%s</text>\n", x, y, escaped));
    }
}
