package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;

/**
 * The Gaussian error linear unit, {@code Y = X / 2 * (1 + erf(X / sqrt(2)))}, or its approximation
 * by tanh where {@code approximate} says so. ONNX Runtime's own operator of that name, which it
 * fuses others to, is the same without the attribute.
 */
final class Gelu extends Elementwise {
    private final String domain;

    /**
     * @param domain the standard's or the runtime's
     */
    Gelu(String domain) {
        this.domain = domain;
    }

    @Override
    public String domain() {
        return domain;
    }

    @Override
    public String type() {
        return "Gelu";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).word("approximate", "none", "tanh");
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        if (call.attributes().string("approximate", "none").equals("none")) {
            torch.out("torch.gelu(" + torch.in(0) + ")");
            return;
        }
        String x = torch.in(0);
        String cube = "torch.mul(torch.mul(torch.mul(%s, %s), %s), 0.044715)".formatted(x, x, x);
        String bent =
                "torch.tanh(torch.mul(torch.add(%s, %s), %s))"
                        .formatted(x, cube, TorchWriter.real(Math.sqrt(2 / Math.PI)));
        torch.out("torch.mul(torch.mul(%s, 0.5), torch.add(%s, 1.0))".formatted(x, bent));
    }
}
