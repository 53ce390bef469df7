package io.remuda.registry.model;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.placement.Grounds;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Instances of a name are wanted and fit on no machine: it waits for room. Written once for each
 * reason, not at each look: see {@link NoPlaceDecider}. History only, it changes no state.
 *
 * @param missing how many instances have no place
 * @param machines how many machines were looked at; all of them were passed over
 * @param weighed the machines that could take it some day first, each with the predicate that
 *     failed and the numbers; of many machines only some
 */
public record FoundNoPlace(
    ModelName name, int missing, int wanted, int machines, List<Verdict> weighed, Instant at)
    implements ModelEvent {

  public FoundNoPlace {
    weighed = Grounds.bounded(weighed);
  }

  @Override
  public ModelState applyTo(ModelState state) {
    return state;
  }

  /** How many of those looked at are not told of. */
  private int untold() {
    return machines - weighed.size();
  }

  @Override
  public String text() {
    String lacking = "%s: %d of %d not placed".formatted(name, missing, wanted);
    if (machines == 0) {
      return lacking + ": no machine is known";
    }
    int more = Math.max(0, machines - Outlook.MACHINES_SHOWN);
    return lacking
        + (machines == 1 ? ", the only machine does not do: " : ", none of %d machines does: ")
            .formatted(machines)
        + weighed.stream()
            .limit(Outlook.MACHINES_SHOWN)
            .map(Verdict::text)
            .collect(Collectors.joining("; "))
        + (more > 0 ? "; and %d more machines".formatted(more) : "");
  }

  @Override
  public Map<String, String> details() {
    return Map.of(
        "missing",
        Integer.toString(missing),
        "wanted",
        Integer.toString(wanted),
        "machines",
        Integer.toString(machines),
        "untold",
        Integer.toString(untold()));
  }
}
