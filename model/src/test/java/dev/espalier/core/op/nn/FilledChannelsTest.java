package dev.espalier.core.op.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FilledChannelsTest {
    private static final String DENSE_X = "torch.constant_pad_nd(x, [0, 0, 0, 0, 0, 12], 0.)";

    @Test
    void channelsThatFillTheirBlocksStay() {
        assertStays(new FilledChannels(2, 16, 1, 32, 16));
        assertStays(new FilledChannels(2, 16, 4, 16, 48));
        assertStays(new FilledChannels(2, 16, 32, 1, 1));
    }

    @Test
    void aBlockOfOneFillsNothing() {
        assertStays(new FilledChannels(2, 1, 1, 3, 20));
        assertStays(new FilledChannels(1, 1, 5, 7, 13));
        assertStays(new FilledChannels(2, 1, 7, 1, 1));
    }

    private static void assertStays(FilledChannels channels) {
        assertThat(channels.input("x")).isEqualTo("x");
        assertThat(channels.weights("w")).isEqualTo("w");
        assertThat(channels.bias("b")).isEqualTo("b");
        assertThat(channels.output("y")).isEqualTo("y");
        assertThat(channels.filledGroups()).isEqualTo(channels.groups());
    }

    @Test
    void aDenseConvolutionsChannelsAreFilledAfterTheLast() {
        FilledChannels channels = new FilledChannels(2, 16, 1, 4, 20);
        assertThat(channels.input("x")).isEqualTo(DENSE_X);
        assertThat(channels.weights("w"))
                .isEqualTo(
                        "torch.constant_pad_nd(torch.constant_pad_nd(w, [0, 0, 0, 0, 0, 12], 0.),"
                                + " [0, 0, 0, 0, 0, 0, 0, 12], 0.)");
        assertThat(channels.bias("b")).isEqualTo("torch.constant_pad_nd(b, [0, 12], 0.)");
        assertThat(channels.output("y"))
                .isEqualTo("torch.contiguous(torch.narrow(y, 1, 0, 20), memory_format=2)");
        assertThat(channels.filledGroups()).isEqualTo(1);
    }

    @Test
    void whatEachGroupReadsAndWritesIsFilledBehindIt() {
        FilledChannels channels = new FilledChannels(1, 16, 3, 4, 5);
        assertThat(channels.input("x"))
                .isEqualTo(
                        "torch.flatten(torch.constant_pad_nd(torch.unflatten(x, 1, [3, 4]),"
                                + " [0, 0, 0, 12], 0.), 1, 2)");
        assertThat(channels.bias("b"))
                .isEqualTo(
                        "torch.flatten(torch.constant_pad_nd(torch.unflatten(b, 0, [3, 5]),"
                                + " [0, 11], 0.), 0, 1)");
        assertThat(channels.output("y"))
                .isEqualTo(
                        "torch.contiguous(torch.flatten(torch.narrow(torch.unflatten(y, 1,"
                                + " [3, 16]), 2, 0, 5), 1, 2))");
        assertThat(channels.filledGroups()).isEqualTo(3);
    }

    @Test
    void aDepthwiseConvolutionGetsMoreGroups() {
        FilledChannels channels = new FilledChannels(2, 16, 20, 1, 1);
        assertThat(channels.input("x")).isEqualTo(DENSE_X);
        assertThat(channels.weights("w"))
                .isEqualTo("torch.constant_pad_nd(w, [0, 0, 0, 0, 0, 0, 0, 12], 0.)");
        assertThat(channels.bias("b")).isEqualTo("torch.constant_pad_nd(b, [0, 12], 0.)");
        assertThat(channels.output("y"))
                .isEqualTo("torch.contiguous(torch.narrow(y, 1, 0, 20), memory_format=2)");
        assertThat(channels.filledGroups()).isEqualTo(32);
    }
}
