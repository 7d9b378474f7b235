package dev.espalier.quantize.internal.calibration;

import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What calibration saw of one model on one set of samples, in the host's cache. The name is a hash
 * of the model's bytes, the watched values' names and the samples' content, not of their order.
 */
final class CalibrationCache {
    /** To be raised whenever what is written, or how it is found, changes. */
    private static final int VERSION = 3;

    private final PassContext context;
    private final Model model;
    private final List<String> values;
    private final Map<String, Integer> axes;
    private final int batch;
    private String name;

    /**
     * @param axes of the channels that are watched
     * @param batch how many samples run at once
     */
    CalibrationCache(
            PassContext context,
            Model model,
            List<String> values,
            Map<String, Integer> axes,
            int batch) {
        this.context = context;
        this.model = model;
        this.values = values;
        this.axes = axes;
        this.batch = batch;
    }

    /** Empty where nothing is there, or nothing that can be read. */
    Optional<Map<String, Observer>> read() {
        if (context.host().cache() == Checkpoints.NONE || !samples().isRepeatable()) {
            return Optional.empty();
        }
        return context.host()
                .cache()
                .read(name())
                .flatMap(this::decoded)
                .map(
                        found -> {
                            context.note(
                                    "ranges of %s values are from an earlier calibration on the same %s samples"
                                            .formatted(found.size(), samples().size()));
                            return found;
                        });
    }

    void write(Map<String, Observer> observers) {
        if (context.host().cache() == Checkpoints.NONE || !samples().isRepeatable()) {
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (String value : values) {
                observers.get(value).write(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        context.host().cache().write(name(), bytes.toByteArray());
    }

    private Dataset samples() {
        return context.data().calibration();
    }

    private Optional<Map<String, Observer>> decoded(byte[] content) {
        Map<String, Observer> observers = new TreeMap<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
            for (String value : values) {
                observers.put(value, Observer.read(in));
            }
            return in.read() < 0 ? Optional.of(observers) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            // Cut short or damaged: it is made again, and written over.
            return Optional.empty();
        }
    }

    private String name() {
        if (name == null) {
            MessageDigest digest = sha256();
            try {
                OnnxWriter.write(
                        model,
                        Channels.newChannel(
                                new DigestOutputStream(OutputStream.nullOutputStream(), digest)));
            } catch (IOException e) {
                throw new UncheckedIOException("a hash takes any bytes", e);
            }
            String asked =
                    VERSION
                            + "\n"
                            + batch
                            + "\n"
                            + String.join("\n", values.stream().map(this::asked).toList());
            digest.update(asked.getBytes(StandardCharsets.UTF_8));
            digest.update(samplesHash());
            name = "calibration-" + HexFormat.of().formatHex(digest.digest());
        }
        return name;
    }

    private String asked(String value) {
        return axes.containsKey(value) ? value + " " + axes.get(value) : value;
    }

    /** The sum of the samples' hashes: the same for every order. */
    private byte[] samplesHash() {
        BigInteger sum = BigInteger.ZERO;
        for (int from = 0; from + batch <= samples().size(); from += batch) {
            context.checkCancelled();
            Map<String, Tensor> inputs =
                    samples().batch(IntStream.range(from, from + batch).toArray()).inputs();
            MessageDigest digest = sha256();
            new TreeMap<>(inputs)
                    .forEach(
                            (input, tensor) -> {
                                String type = input + " " + tensor.type() + "\n";
                                digest.update(type.getBytes(StandardCharsets.UTF_8));
                                digest.update(tensor.bytes());
                            });
            sum = sum.add(new BigInteger(1, digest.digest()));
        }
        return sum.toByteArray();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
