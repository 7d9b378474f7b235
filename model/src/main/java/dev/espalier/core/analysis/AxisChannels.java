package dev.espalier.core.analysis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which channel of which group lies at each position of one axis. Immutable. */
public final class AxisChannels {
    private final int[] groups;
    private final int[] channels;
    private final int[] places;

    private AxisChannels(int size) {
        groups = new int[size];
        channels = new int[size];
        places = new int[size];
        Arrays.fill(groups, -1);
    }

    /** Every axis along which free channels lie. */
    public static Map<Axis, AxisChannels> of(ChannelGroups groups) {
        Map<Axis, AxisChannels> byAxis = new HashMap<>();
        List<ChannelGroup> all = groups.groups();
        for (int g = 0; g < all.size(); g++) {
            for (int a = 0; a < all.get(g).axes().size(); a++) {
                Axis axis = all.get(g).axes().get(a);
                int size = (int) groups.types().shape(axis.value()).size(axis.axis());
                byAxis.computeIfAbsent(axis, k -> new AxisChannels(size)).add(all.get(g), g, a);
            }
        }
        return byAxis;
    }

    private void add(ChannelGroup group, int number, int axis) {
        for (int channel = 0; channel < group.size(); channel++) {
            int[] positions = group.positions(channel, axis);
            for (int i = 0; i < positions.length; i++) {
                groups[positions[i]] = number;
                channels[positions[i]] = channel;
                places[positions[i]] = i;
            }
        }
    }

    public int size() {
        return groups.length;
    }

    /** The index in {@link ChannelGroups#groups}, or -1 where the position belongs to none. */
    public int group(int position) {
        return groups[position];
    }

    public int channel(int position) {
        return channels[position];
    }

    /** Which of the channel's positions along this axis it is, from 0. */
    public int place(int position) {
        return places[position];
    }
}
