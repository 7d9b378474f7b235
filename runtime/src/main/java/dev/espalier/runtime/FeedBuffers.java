package dev.espalier.runtime;

import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Native memory for inputs that lie on the heap, used again from run to run. A fresh direct buffer
 * a run would be freed only when the heap is collected, and native memory would grow meanwhile.
 */
final class FeedBuffers {
    private static final int MOST_KEPT = 8;

    private final Deque<ByteBuffer> free = new ArrayDeque<>();

    /** The bytes of {@code tensor} in native memory: its own where they are there already. */
    ByteBuffer acquire(Tensor tensor) {
        ByteBuffer source = tensor.bytes();
        if (source.isDirect()) {
            return source;
        }
        ByteBuffer buffer = take(source.remaining());
        buffer.clear();
        buffer.put(source);
        return buffer.flip();
    }

    private synchronized ByteBuffer take(int size) {
        for (Iterator<ByteBuffer> each = free.iterator(); each.hasNext(); ) {
            ByteBuffer buffer = each.next();
            if (buffer.capacity() >= size) {
                each.remove();
                return buffer;
            }
        }
        free.pollLast();
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Gives back what {@link #acquire} gave; buffers of tensors themselves are left alone. */
    synchronized void release(ByteBuffer buffer) {
        if (!buffer.isReadOnly() && free.size() < MOST_KEPT) {
            free.push(buffer);
        }
    }
}
