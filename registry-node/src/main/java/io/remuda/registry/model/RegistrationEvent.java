package io.remuda.registry.model;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Schema;
import io.remuda.registry.model.ModelState.Registration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What machines that have a model by themselves came to. */
public sealed interface RegistrationEvent extends ModelEvent {

  MachineId machine();

  /**
   * A machine has the model by itself. A name that nobody declared is there from now on; of a
   * declared one the machine is a candidate.
   *
   * @param spec with its schema
   */
  record MachineRegistered(ModelSpec spec, MachineId machine, Instant at)
      implements RegistrationEvent {
    @Override
    public ModelName name() {
      return spec.name();
    }

    @Override
    public ModelState applyTo(ModelState state) {
      ModelState there =
          state.live().isPresent()
              ? state
              : DeclarationChange.declared(
                  state,
                  new Declaration(
                      spec.withReplicas(1), state.sequence(), state.sequence(), at, true));
      String fingerprint = spec.schema().map(Schema::fingerprint).orElse("");
      return RegistrationChange.said(
          there, machine, new Registration(fingerprint, Optional.empty()));
    }

    @Override
    public String text() {
      return "%s registered by %s: %s on %s"
          .formatted(name(), machine, spec.model().orElse("its own model"), spec.engine());
    }

    @Override
    public Map<String, String> details() {
      return Map.of(
          "machine",
          machine.value(),
          "engine",
          spec.engine(),
          "schema",
          spec.schema().map(Schema::fingerprint).orElse(""));
    }
  }

  /** What the machine has under this name is something else than the name stands for. */
  record RegistrationRefused(
      ModelName name, MachineId machine, String fingerprint, String reason, Instant at)
      implements RegistrationEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return RegistrationChange.said(
          state, machine, new Registration(fingerprint, Optional.of(reason)));
    }

    @Override
    public String text() {
      return "%s not registered by %s: %s".formatted(name, machine, reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("machine", machine.value(), "schema", fingerprint);
    }
  }

  /** The machine does not have it any more, or was not heard for long. */
  record MachineUnregistered(ModelName name, MachineId machine, String reason, Instant at)
      implements RegistrationEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return RegistrationChange.gone(state, machine);
    }

    @Override
    public String text() {
      return "%s no longer registered by %s: %s".formatted(name, machine, reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("machine", machine.value());
    }
  }
}
