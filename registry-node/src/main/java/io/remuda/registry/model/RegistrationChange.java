package io.remuda.registry.model;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.model.ModelState.Registration;
import java.util.Map;
import java.util.TreeMap;

/** What the words of machines that have a model by themselves make of a name's state. */
final class RegistrationChange {

  private RegistrationChange() {}

  static ModelState said(ModelState state, MachineId machine, Registration registration) {
    TreeMap<MachineId, Registration> next = new TreeMap<>(state.registrations());
    next.put(machine, registration);
    return registered(state, next);
  }

  static ModelState gone(ModelState state, MachineId machine) {
    TreeMap<MachineId, Registration> next = new TreeMap<>(state.registrations());
    next.remove(machine);
    return registered(state, next);
  }

  /**
   * A name that registered itself wants as many instances as machines have it; of none, it ends.
   */
  private static ModelState registered(ModelState state, Map<MachineId, Registration> all) {
    int taken = (int) all.values().stream().filter(Registration::isTaken).count();
    if (!state.isSelfRegistered()) {
      return state.but(next -> next.registrations = all);
    }
    int wanted = Math.min(taken, ModelSpec.MAX_REPLICAS);
    return taken == 0
        ? DeclarationChange.removed(state)
        : state.but(
            next -> {
              next.registrations = all;
              next.declaration = state.declaration().map(now -> now.withReplicas(wanted));
            });
  }
}
