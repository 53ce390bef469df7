package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.PartWords;
import java.time.Instant;
import java.util.Map;

/** What came of a place that two names wanted. */
public sealed interface SwapEvent extends ModelEvent {

  /**
   * An idle instance is put away for another name's sake. Its stop is an event of its own.
   *
   * @param to the name that wanted its place
   * @param why in half a sentence, with both priorities
   */
  record GaveWay(InstanceId id, MachineId machine, ModelName to, String why, Instant at)
      implements SwapEvent {
    @Override
    public ModelName name() {
      return id.model();
    }

    @Override
    public ModelState applyTo(ModelState state) {
      return state.gaveWay(new Given(id, machine, to, at));
    }

    @Override
    public String text() {
      return "%s %s on %s: %s".formatted(id, PartWords.givesPlaceTo(to), machine, why);
    }

    @Override
    public Map<String, String> details() {
      return Map.of(
          "instance", id.toString(), "machine", machine.value(), "to", to.value(), "why", why);
    }
  }

  /** The last place that a name gave to another one: hard state. */
  record Given(InstanceId id, MachineId machine, ModelName to, Instant at) {

    /** Why it has fewer instances, as half a sentence. */
    String reason() {
      return PartWords.gaveWayTo(to);
    }
  }
}
