package io.remuda.registry.lease;

import java.util.List;

/**
 * What something that a lease hears comes to: what is to be written, then remembered.
 *
 * @param say whether it has something to say at once, and not only when it repeats all
 */
public record LeaseDecision(List<LeaseEvent> events, LeaseSoft soft, boolean say) {

  public LeaseDecision {
    events = List.copyOf(events);
  }

  static LeaseDecision remember(LeaseSoft soft) {
    return new LeaseDecision(List.of(), soft, false);
  }

  public static LeaseDecision write(LeaseEvent event, LeaseSoft soft) {
    return new LeaseDecision(List.of(event), soft, true);
  }
}
