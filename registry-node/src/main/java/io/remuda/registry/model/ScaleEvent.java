package io.remuda.registry.model;

import io.remuda.protocol.id.ModelName;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;

/** What a name that scales by itself decided about its number of instances. */
public sealed interface ScaleEvent extends ModelEvent {

  /**
   * The name gave itself another number of instances.
   *
   * @param why in a sentence, with the load that asked for it
   * @param waiting requests that found no slot, and tasks in the queue
   * @param working requests that its instances had
   */
  record Autoscaled(
      ModelName name, int from, int to, String why, int waiting, int working, Instant at)
      implements ScaleEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return state.with(OptionalInt.of(to));
    }

    @Override
    public String text() {
      return "%s scaled itself from %d to %d: %s".formatted(name, from, to, why);
    }

    @Override
    public Map<String, String> details() {
      return Map.of(
          "from",
          Integer.toString(from),
          "to",
          Integer.toString(to),
          "waiting",
          Integer.toString(waiting),
          "working",
          Integer.toString(working),
          "why",
          why);
    }
  }
}
