package io.remuda.deploy.simulation;

import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.machine.MachineEvent;
import io.remuda.registry.machine.MachineState;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The journal's database: a row for each entity and number, which only the first writer gets; what
 * it has confirmed it keeps. It may be away, and then it takes nothing.
 */
final class Journal {

  private final Map<String, List<JournalEvent>> rows = new TreeMap<>();
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
    List<JournalEvent> row = rows.computeIfAbsent(entity, any -> new ArrayList<>());
    if (away || (keyed && row.size() != sequence)) {
      return false;
    }
    row.addAll(events);
    events.forEach(event -> story.tell("journal", event.text()));
    return true;
  }

  ModelState model(String entity, ModelState empty) {
    ModelState state = empty;
    for (JournalEvent event : rows.getOrDefault(entity, List.of())) {
      state = state.on((ModelEvent) event);
    }
    return state;
  }

  MachineState machine(String entity, MachineState empty) {
    MachineState state = empty;
    for (JournalEvent event : rows.getOrDefault(entity, List.of())) {
      state = state.on((MachineEvent) event);
    }
    return state;
  }

  void away(boolean now) {
    away = now;
    story.tell("journal", now ? "away" : "back");
  }

  boolean isAway() {
    return away;
  }
}
