package dev.espalier.core.analysis;

import dev.espalier.core.ir.Node;

/**
 * A layer with multiplications, and where its filters are: position i along {@code weight} makes
 * position i along {@code output}.
 *
 * @param node the Conv, ConvTranspose, Gemm, MatMul or recurrent layer
 * @param weight axis of its constant weight, such as axis 0 of W [M, C/group, kH, kW]
 * @param output axis of its output
 */
public record ProducingLayer(Node node, Axis weight, Axis output) {}
