package dev.espalier.core.internal.stored;

import dev.espalier.core.internal.image.ImageSize;

/** Images of one size with their classes, kept in memory or decoded when asked for. Thread-safe. */
public interface Images {
    int size();

    ImageSize imageSize();

    int label(int index);

    /** Pixels in channel, row, column order; not to be modified. */
    byte[] pixels(int index);

    /** Images that lie in memory. */
    record InMemory(ImageSize imageSize, java.util.List<byte[]> all, ClassLabels labels)
            implements Images {
        @Override
        public int size() {
            return all.size();
        }

        @Override
        public int label(int index) {
            return labels.at(index);
        }

        @Override
        public byte[] pixels(int index) {
            return all.get(index);
        }
    }
}
