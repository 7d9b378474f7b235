package dev.espalier.core.onnx;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Tensor;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A range of a file, read when asked for. The file is read and not mapped: a mapped file that
 * somebody truncates kills the whole process.
 */
final class FileStorage implements Tensor.Storage {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path file;
    private final long offset;
    private final long length;
    private final String tensor;
    private volatile SoftReference<ByteBuffer> cached = new SoftReference<>(null);

    /**
     * @param file real path, checked by {@link ExternalData}
     * @param tensor name for messages
     */
    FileStorage(Path file, long offset, long length, String tensor) {
        this.file = file;
        this.offset = offset;
        this.length = length;
        this.tensor = tensor;
    }

    Path file() {
        return file;
    }

    @Override
    public ByteBuffer bytes() {
        ByteBuffer known = cached.get();
        if (known != null) {
            return known;
        }
        if (length > Integer.MAX_VALUE - 8) {
            throw new UnsupportedModelException(
                    "tensor '%s' has %s bytes; a tensor of 2 GiB or more can be copied but not"
                                    .formatted(tensor, length)
                            + " computed with");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        try (FileChannel channel = open()) {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw truncated(bytes.position());
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        ByteBuffer result = bytes.flip().asReadOnlyBuffer();
        cached = new SoftReference<>(result);
        return result;
    }

    @Override
    public void writeTo(WritableByteChannel target) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, length));
        try (Reading source = new Reading(open())) {
            for (long done = 0; done < length; ) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), length - done));
                source.fill(chunk, offset + done);
                done += chunk.position();
                chunk.flip();
                while (chunk.hasRemaining()) {
                    target.write(chunk);
                }
            }
        }
    }

    /** Keeps failures of the source apart from those of the target. */
    private final class Reading implements AutoCloseable {
        private final FileChannel channel;

        Reading(FileChannel channel) {
            this.channel = channel;
        }

        void fill(ByteBuffer chunk, long position) {
            try {
                if (channel.read(chunk, position) <= 0) {
                    throw truncated(position - offset);
                }
            } catch (IOException e) {
                throw unreadable(e);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private FileChannel open() {
        try {
            return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private ModelFormatException truncated(long found) {
        return new ModelFormatException(
                "%s: the file was cut after the model was opened; tensor '%s' needs %s bytes at %s,"
                                .formatted(file, tensor, length, offset)
                        + " only "
                        + found
                        + " are left");
    }

    private ModelFormatException unreadable(IOException e) {
        return new ModelFormatException(
                "%s: tensor '%s' cannot be read any more; the file must stay while the model is used"
                        .formatted(file, tensor),
                e);
    }
}
