package dev.espalier.graft;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.train.internal.joint.Exchange;
import java.util.ArrayList;
import java.util.List;

/**
 * Grafts onto each network the one before it in a ring, the last one's onto the first, all from
 * what they were before any grafting:
 *
 * <pre>
 *   W_i = alpha W_i + (1 - alpha) W_(i-1)        layer by layer or channel by channel, see Blend
 * </pre>
 *
 * <p>Running statistics of batch normalization are blended with their layer and adapt within the
 * next epoch. A ring of one is left as it is. See Meng et al., Filter Grafting for Deep Neural
 * Networks, 2020, section 3.4.
 *
 * @param blend how much each keeps
 * @param shapes sizes for what the networks' inputs leave open
 */
record RingGraft(BlendSettings blend, InputShapes shapes) implements Exchange {
    @Override
    public List<Model> after(int epoch, List<Model> networks) {
        if (networks.size() == 1) {
            return networks;
        }
        Blend layers = Blend.of(networks.get(0), shapes, blend);
        List<Model> grafted = new ArrayList<>();
        Model donor = networks.get(networks.size() - 1);
        for (Model own : networks) {
            grafted.add(graft(own, donor, layers));
            donor = own;
        }
        return grafted;
    }

    @Override
    public void explain(Model network, PassContext context) {
        Blend.of(network, shapes, blend).explain(context);
    }

    /** Without sizes, which follow from the networks. */
    @Override
    public String toString() {
        return "RingGraft[blend=" + blend + "]";
    }

    private static Model graft(Model own, Model donor, Blend layers) {
        GraphEditor editor = new GraphEditor(own.graph());
        layers.graft(Counterparts.floats(own), Counterparts.floats(donor))
                .forEach(editor::setInitializer);
        return own.withGraph(editor.build());
    }
}
