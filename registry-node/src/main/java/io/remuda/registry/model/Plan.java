package io.remuda.registry.model;

import java.util.List;

/**
 * What is to be written, then done, then remembered.
 *
 * @param actions never run ahead of the events that they rest on
 */
public record Plan(List<ModelEvent> events, List<Action> actions, SoftState soft) {

  public Plan {
    events = List.copyOf(events);
    actions = List.copyOf(actions);
  }

  static Plan remember(SoftState soft) {
    return new Plan(List.of(), List.of(), soft);
  }

  static Plan write(ModelEvent event, SoftState soft) {
    return new Plan(List.of(event), List.of(), soft);
  }
}
