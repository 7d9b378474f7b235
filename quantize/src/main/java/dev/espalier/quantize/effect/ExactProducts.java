package dev.espalier.quantize.effect;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.List;

/**
 * Spells products of bytes out in floats, where the runtime's option for exact sums does not reach
 * them, as it does not reach weights without a zero point:
 *
 * <pre>
 *   MatMulInteger(a, b, a_zp, b_zp)    MatMul(float(a) - float(a_zp), float(b) - float(b_zp))
 * </pre>
 *
 * <p>Sums of floats are rounded to 24 bits, which no sum of 8-bit products is harmed by.
 */
final class ExactProducts {
    private final GraphEditor editor;

    private ExactProducts(GraphEditor editor) {
        this.editor = editor;
    }

    /** The same network; itself where it has no such products. */
    static Model of(Model model) {
        List<Node> products =
                model.graph().nodes().stream().filter(n -> n.is("MatMulInteger")).toList();
        if (products.isEmpty()) {
            return model;
        }
        ExactProducts exact = new ExactProducts(new GraphEditor(model.graph()));
        products.forEach(exact::spell);
        return model.withGraph(exact.editor.build());
    }

    private void spell(Node product) {
        String a = difference(product.input(0), product.input(2));
        String b = difference(product.input(1), product.input(3));
        String sum = add("MatMul", Attributes.NONE, a, b);
        Attributes toInteger = Attributes.NONE.with("to", DataType.INT32.id());
        editor.replace(
                product,
                Node.of(product.name(), "Cast", List.of(sum), product.outputs(), toInteger));
    }

    private String difference(String bytes, String zeroPoint) {
        String number = cast(bytes);
        return zeroPoint.isEmpty() ? number : add("Sub", Attributes.NONE, number, cast(zeroPoint));
    }

    private String cast(String bytes) {
        return add("Cast", Attributes.NONE.with("to", DataType.FLOAT.id()), bytes);
    }

    private String add(String operator, Attributes attributes, String... inputs) {
        String output = editor.freshName(inputs[0] + "_exact");
        editor.add(Node.of("", operator, List.of(inputs), List.of(output), attributes));
        return output;
    }
}
