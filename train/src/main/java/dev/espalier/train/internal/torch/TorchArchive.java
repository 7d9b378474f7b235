package dev.espalier.train.internal.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive, the {@code .pt} file that {@code torch.jit.load} reads: a ZIP with
 * stored entries that holds the source of one class, its tensors, and a pickle that ties them.
 *
 * <pre>
 *   net/version, net/byteorder, net/constants.pkl
 *   net/code/__torch__.py      class Net
 *   net/data/0 ...             raw tensors
 *   net/data.pkl               one Net object
 * </pre>
 */
public final class TorchArchive {
    private static final String ROOT = "net/";

    private TorchArchive() {}

    /**
     * An archive whose tensors are plain attributes, which Torch lets a program change as it likes.
     *
     * @param methods the methods of the class in TorchScript, indented by two
     * @param tensors the attributes that the methods read as {@code self.NAME}
     */
    public static byte[] of(String methods, List<TorchTensor> tensors) {
        return write(tensors, source(List.of(), List.of(), methods, tensors));
    }

    /**
     * An archive whose tensors are parameters and buffers of the module, so that Torch's {@code
     * state_dict}, {@code to} and {@code half} know them.
     *
     * @param methods as in {@link #of}
     */
    public static byte[] ofModule(
            String methods, List<TorchTensor> parameters, List<TorchTensor> buffers) {
        List<TorchTensor> tensors = new ArrayList<>(parameters);
        tensors.addAll(buffers);
        return write(tensors, source(parameters, buffers, methods, tensors));
    }

    private static byte[] write(List<TorchTensor> tensors, String source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "version", ascii("3\n"));
            put(zip, "byteorder", ascii("little"));
            put(zip, "constants.pkl", ByteBuffer.wrap(new Pickle().emptyTuple().stop()));
            put(zip, "code/__torch__.py", ascii(source));
            for (int key = 0; key < tensors.size(); key++) {
                put(zip, "data/" + key, tensors.get(key).bytes());
            }
            put(zip, "data.pkl", ByteBuffer.wrap(object(tensors)));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static String source(
            List<TorchTensor> parameters,
            List<TorchTensor> buffers,
            String methods,
            List<TorchTensor> tensors) {
        StringBuilder source = new StringBuilder();
        source.append("class Net(Module):\n");
        source.append("  __parameters__ = ").append(names(parameters)).append('\n');
        source.append("  __buffers__ = ").append(names(buffers)).append('\n');
        source.append("  training : bool\n");
        tensors.forEach(t -> source.append("  ").append(t.name()).append(" : Tensor\n"));
        return source.append(methods).toString();
    }

    private static String names(List<TorchTensor> tensors) {
        return tensors.stream()
                .map(each -> '"' + each.name() + "\", ")
                .collect(Collectors.joining("", "[", "]"));
    }

    private static byte[] object(List<TorchTensor> tensors) {
        Pickle pickle = new Pickle();
        pickle.global("__torch__", "Net").emptyTuple().newObject();
        pickle.emptyDict().mark();
        pickle.text("training").bool(false);
        for (int key = 0; key < tensors.size(); key++) {
            TorchTensor tensor = tensors.get(key);
            pickle.text(tensor.name());
            pickle.global("torch._utils", "_rebuild_tensor_v2").mark();
            pickle.mark().text("storage");
            pickle.global("torch", TorchTensor.storageClass(tensor.tensor().dataType()));
            pickle.text(Integer.toString(key)).text("cpu");
            pickle.integer(tensor.tensor().elementCount()).tuple().persistentId();
            pickle.integer(0);
            pickle.integers(tensor.tensor().shape().sizes());
            pickle.integers(tensor.strides());
            pickle.bool(false);
            pickle.global("collections", "OrderedDict").emptyTuple().reduce();
            pickle.tuple().reduce();
        }
        return pickle.setItems().build().stop();
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void put(ZipOutputStream zip, String name, ByteBuffer content)
            throws IOException {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        entry.setCrc(crc.getValue());
        entry.setTimeLocal(java.time.LocalDateTime.of(2000, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
