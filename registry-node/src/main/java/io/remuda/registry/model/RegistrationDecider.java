package io.remuda.registry.model;

import static io.remuda.protocol.ErrorCode.INVALID_SPEC;
import static io.remuda.protocol.ErrorCode.SCHEMA_CONFLICT;

import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Schema;
import io.remuda.registry.model.ModelState.Registration;
import io.remuda.registry.model.RegistrationEvent.MachineRegistered;
import io.remuda.registry.model.RegistrationEvent.MachineUnregistered;
import io.remuda.registry.model.RegistrationEvent.RegistrationRefused;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a machine that has a model by itself does to its name.
 *
 * <p>Guarantees: said again, nothing is written, whether it was taken or refused; a name never has
 * two schemas at a time; a declared name gets no instance that its declaration does not ask for.
 */
public final class RegistrationDecider {

  private RegistrationDecider() {}

  public static Decision register(ModelState state, ModelSpec spec, MachineId machine, Instant at) {
    if (spec.schema().isEmpty()) {
      return Decision.refused(
          INVALID_SPEC,
          "%s came without a schema; only typed models register themselves, others are deployed"
              .formatted(spec.name()));
    }
    if (state.alias().isPresent()) {
      return new Decision(List.of(), AliasDecider.taken(state));
    }
    Optional<Refused> conflict = conflict(state, spec);
    Optional<Registration> known = Optional.ofNullable(state.registrations().get(machine));
    String fingerprint = spec.schema().get().fingerprint();
    if (conflict.isPresent() && isItsOwn(state, machine)) {
      // Nobody else stands for the old schema: the machine has another model of that name now.
      return Decision.accepted(
          new MachineUnregistered(state.name(), machine, conflict.get().message(), at),
          new MachineRegistered(spec, machine, at));
    }
    if (conflict.isPresent()) {
      Registration refused = new Registration(fingerprint, Optional.of(conflict.get().message()));
      return known.equals(Optional.of(refused))
          ? new Decision(List.of(), conflict)
          : new Decision(
              List.of(
                  new RegistrationRefused(
                      state.name(), machine, fingerprint, conflict.get().message(), at)),
              conflict);
    }
    return known.map(Registration::isTaken).orElse(false)
            && known.get().fingerprint().equals(fingerprint)
        ? Decision.accepted()
        : Decision.accepted(new MachineRegistered(spec, machine, at));
  }

  /**
   * What the machine is answered.
   *
   * @param state after what {@code decision} wrote
   */
  static RegistryProtocol.Registered answer(
      ModelState state, MachineId machine, Decision decision) {
    return decision
        .refused()
        .map(why -> RegistryProtocol.Registered.refused(state.name(), machine, why))
        .orElseGet(
            () ->
                new RegistryProtocol.Registered(
                    state.name(), machine, Optional.empty(), state.earlier()));
  }

  public static Decision unregister(
      ModelState state, MachineId machine, String reason, Instant at) {
    return state.registrations().containsKey(machine)
        ? Decision.accepted(new MachineUnregistered(state.name(), machine, reason, at))
        : Decision.accepted();
  }

  /** Whether the name is there for this machine alone. */
  private static boolean isItsOwn(ModelState state, MachineId machine) {
    return state.isSelfRegistered()
        && state.isTaken(machine)
        && state.registrations().values().stream().filter(Registration::isTaken).count() == 1;
  }

  private static Optional<Refused> conflict(ModelState state, ModelSpec spec) {
    if (state.live().isEmpty()) {
      return Optional.empty();
    }
    boolean untyped = state.currentFile().isPresent() && state.schema().isEmpty();
    return untyped
        ? Optional.of(
            Refused.of(
                SCHEMA_CONFLICT,
                "%s stands for a model without a schema, and this one takes %s; give it another name"
                    .formatted(
                        spec.name(), spec.schema().map(Schema::inputType).orElse("messages"))))
        : ModelDecider.conflict(state, spec.schema());
  }
}
