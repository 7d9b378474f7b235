package dev.espalier.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Changes the bytes of a file without a look at what they mean. */
final class ByteMutation {
    /** Where most of the structure of a small file lies; behind it are mostly weights. */
    private static final int FRONT = 1500;

    private ByteMutation() {}

    /** A changed copy of {@code file}; parts may come from {@code others}. */
    static byte[] of(byte[] file, List<byte[]> others, SplittableRandom random) {
        if (file.length == 0) {
            return file;
        }
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(file, random.nextInt(file.length));
            case 1 -> flipped(file, 1, random);
            case 2 -> flipped(file, 1 + random.nextInt(40), random);
            case 3 -> spliced(file, others.get(random.nextInt(others.size())), random);
            case 4 -> overwritten(file, random);
            default -> lying(file, random);
        };
    }

    private static int place(byte[] file, SplittableRandom random) {
        return random.nextInt(random.nextBoolean() ? Math.min(FRONT, file.length) : file.length);
    }

    private static byte[] flipped(byte[] file, int count, SplittableRandom random) {
        byte[] changed = file.clone();
        for (int i = 0; i < count; i++) {
            changed[place(file, random)] ^= (byte) (1 << random.nextInt(8));
        }
        return changed;
    }

    private static byte[] spliced(byte[] file, byte[] other, SplittableRandom random) {
        int head = random.nextInt(file.length);
        int tail = random.nextInt(other.length);
        byte[] changed = Arrays.copyOf(file, head + other.length - tail);
        System.arraycopy(other, tail, changed, head, other.length - tail);
        return changed;
    }

    private static byte[] overwritten(byte[] file, SplittableRandom random) {
        byte[] changed = file.clone();
        int start = place(file, random);
        for (int i = start; i < Math.min(start + 10, file.length); i++) {
            changed[i] = random.nextBoolean() ? (byte) 0xff : (byte) random.nextInt(256);
        }
        return changed;
    }

    /** One byte, mostly a length or a number, a little greater or smaller, or of many digits. */
    private static byte[] lying(byte[] file, SplittableRandom random) {
        int at = place(file, random);
        if (random.nextInt(3) > 0) {
            byte[] changed = file.clone();
            changed[at] += (byte) (random.nextInt(9) - 4);
            return changed;
        }
        int digits = 1 + random.nextInt(9);
        byte[] changed = new byte[file.length + digits];
        System.arraycopy(file, 0, changed, 0, at);
        Arrays.fill(changed, at, at + digits, (byte) 0xff);
        System.arraycopy(file, at, changed, at + digits, file.length - at);
        return changed;
    }
}
