package dev.espalier.core.internal.html;

/** Horizontal bars whose widths are shares of the space they are given. */
final class Bars {
    private Bars() {}

    /** The original's bar above the result's; shares are of the larger of the two. */
    static void pair(Html html, double before, double after) {
        html.open("svg", "class", "bars", "aria-hidden", "true");
        bar(html, "before", 0, before);
        bar(html, "after", 11, after);
        html.close("svg");
    }

    /** One bar. */
    static void single(Html html, String kind, double share) {
        html.open("svg", "class", "bar", "aria-hidden", "true");
        bar(html, kind, 0, share);
        html.close("svg");
    }

    private static void bar(Html html, String kind, int y, double share) {
        html.open(
                        "rect",
                        "class",
                        kind,
                        "x",
                        "0",
                        "y",
                        Integer.toString(y),
                        "width",
                        Html.share(share, 1),
                        "height",
                        "8",
                        "rx",
                        "2")
                .close("rect");
    }
}
