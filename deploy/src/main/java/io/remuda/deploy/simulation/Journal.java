package io.remuda.deploy.simulation;

import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.lease.LeaseEvent;
import io.remuda.registry.lease.LeaseState;
import io.remuda.registry.machine.MachineEvent;
import io.remuda.registry.machine.MachineState;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The journal's database: a row for each entity and number, which only the first writer gets; what
 * it has confirmed it keeps. It may be away, and then it takes nothing.
 */
final class Journal {

  private final Map<String, Long> rows = new HashMap<>();

  /** What all events of a name come to; as with a snapshot, nobody applies them again. */
  private final Map<String, ModelState> models = new HashMap<>();

  private final Map<String, MachineState> machines = new HashMap<>();
  private final Map<String, LeaseState> leases = new HashMap<>();
  private final Story story;
  private final boolean keyed;
  private boolean away;

  /**
   * @param keyed whether a number is given once only
   */
  Journal(Story story, boolean keyed) {
    this.story = story;
    this.keyed = keyed;
  }

  /** Whether all of {@code events} are in it now, from the number after {@code sequence} on. */
  boolean append(String entity, long sequence, List<? extends JournalEvent> events) {
    long last = last(entity);
    if (away || (keyed && last != sequence)) {
      return false;
    }
    for (JournalEvent event : events) {
      rows.put(entity, ++last);
      story.written(event, last);
      if (event instanceof ModelEvent one) {
        models.compute(
            entity, (id, now) -> (now == null ? ModelState.empty(one.name()) : now).on(one));
      } else if (event instanceof MachineEvent one) {
        machines.compute(
            entity, (id, now) -> (now == null ? MachineState.empty(one.machine()) : now).on(one));
      } else if (event instanceof LeaseEvent one) {
        leases.compute(
            entity, (id, now) -> (now == null ? LeaseState.empty(one.id()) : now).on(one));
      }
    }
    return true;
  }

  /** The number of the last event of {@code entity}, 0 where there is none. */
  long last(String entity) {
    return rows.getOrDefault(entity, 0L);
  }

  ModelState model(String entity, ModelState empty) {
    return models.getOrDefault(entity, empty);
  }

  MachineState machine(String entity, MachineState empty) {
    return machines.getOrDefault(entity, empty);
  }

  LeaseState lease(String entity, LeaseState empty) {
    return leases.getOrDefault(entity, empty);
  }

  void away(boolean now) {
    away = now;
    story.tell("journal", now ? "away" : "back");
  }

  boolean isAway() {
    return away;
  }
}
