package dev.espalier.train.internal.torch;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether LibTorch convolves rightly on this machine.
 *
 * <p>On x86 oneDNN convolves for it, on weights laid out in blocks of 16 channels, the last one
 * filled up with zeros. How it copies them there depends on the size of the first cache that CPUID
 * tells. Some hypervisors tell none; oneDNN takes that as 0, splits the copying, and its zeros then
 * overwrite weights, or what lies behind them in memory. Of whole blocks nothing is filled up, and
 * the results are right.
 */
final class ChannelBlocks {
    private static final int WHOLE = 16;

    /** Of the gradient's largest element; float32 rounds to 1e-6, and the fault exceeds 0.5. */
    private static final double TOLERANCE = 1e-3;

    private static final Shape IMAGES = Shape.of(2, 1, 8, 8);
    private static final Shape WEIGHTS = Shape.of(1, 1, 3, 3);

    /** The smallest convolution that shows the fault, and its gradient. float64 is not oneDNN's. */
    private static final String CONVOLUTION =
            """
              def slope(self, images: Tensor, weights: Tensor) -> List[Tensor]:
                torch.set_grad_enabled(True)
                x = torch.requires_grad_(torch.detach(images))
                y = torch.conv2d(x, weights, None, [1, 1], [1, 1], [1, 1], 1)
                slopes = torch.autograd.grad([torch.sum(torch.mul(y, y))], [x])
                return [torch.to(torch.detach(unchecked_cast(Tensor, slopes[0])), 7)]
            """;

    private ChannelBlocks() {}

    /** The number that channels must be a multiple of: 1 where any number is right. */
    static int measured() {
        TorchTensor unused = new TorchTensor("unused", Tensor.ofFloats(Shape.of(1), 0), false);
        try (TorchModule module = TorchModule.load(TorchArchive.of(CONVOLUTION, List.of(unused)))) {
            return agree(slope(module, DataType.FLOAT), slope(module, DataType.DOUBLE)) ? 1 : WHOLE;
        }
    }

    private static double[] slope(TorchModule module, DataType type) {
        return module.run("slope", List.of(ramp(type, IMAGES), ramp(type, WEIGHTS)))
                .get(0)
                .toDoubles();
    }

    /** 1, 2, 3, ... */
    private static Tensor ramp(DataType type, Shape shape) {
        double[] values =
                IntStream.rangeClosed(1, Math.toIntExact(shape.elementCount()))
                        .asDoubleStream()
                        .toArray();
        return Tensor.ofReals(type, shape, values);
    }

    private static boolean agree(double[] actual, double[] expected) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
        }
        return difference <= TOLERANCE * largest;
    }
}
