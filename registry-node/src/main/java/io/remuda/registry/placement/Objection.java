package io.remuda.registry.placement;

import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Why a machine does not take an instance now. A fleet that waits for room is weighed again at
 * every look, and the sentences are read far more seldom.
 *
 * @param ever whether it could take it some day
 */
record Objection(String predicate, boolean ever, Supplier<String> sentence) {

  /** One that waiting does not cure; {@code text} goes on from the machine's name. */
  static Optional<Objection> never(Machine machine, String predicate, Supplier<String> text) {
    return of(false, predicate, () -> shown(machine) + " " + text.get());
  }

  /** The same of one that may be over later. */
  static Optional<Objection> notNow(Machine machine, String predicate, Supplier<String> text) {
    return of(true, predicate, () -> shown(machine) + " " + text.get());
  }

  static Optional<Objection> of(boolean ever, String predicate, Supplier<String> sentence) {
    return Optional.of(new Objection(predicate, ever, sentence));
  }

  static String shown(Machine machine) {
    return machine.id() + " (" + machine.report().hostName() + ")";
  }
}
