package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Resources;
import java.time.Instant;
import java.util.Map;

/** What starting a model's engines has taught about its need. */
public sealed interface FitEvent extends ModelEvent {

  /**
   * An engine was seen to use something else than was known.
   *
   * @param revision of the recipe that it runs
   * @param use what the next one of that recipe is taken to use
   * @param starts so many engines have told something new, this one counted
   */
  record ClaimMeasured(
      InstanceId id, MachineId machine, long revision, Resources use, int starts, Instant at)
      implements FitEvent {

    @Override
    public ModelName name() {
      return id.model();
    }

    @Override
    public ModelState applyTo(ModelState state) {
      long last = state.fit().of(revision).map(Fit.Measured::number).orElse(0L);
      return state.with(
          state.fit().with(revision, new Fit.Measured(use, starts, Math.max(last, id.number()))));
    }

    @Override
    public String text() {
      return "%s measured on %s: %d MiB of GPU memory, %d MiB of memory"
          .formatted(id, machine, use.gpuMemoryMiB(), use.memoryMiB());
    }

    @Override
    public Map<String, String> details() {
      return Map.of(
          "instance",
          id.toString(),
          "machine",
          machine.value(),
          "gpuMemoryMiB",
          Long.toString(use.gpuMemoryMiB()),
          "memoryMiB",
          Long.toString(use.memoryMiB()),
          "starts",
          Integer.toString(starts));
    }
  }

  /** An engine ran out of memory before it was ready: none of this recipe is placed there again. */
  record DoesNotFit(ModelName name, MachineId machine, Fit.Unfit unfit, Instant at)
      implements FitEvent {

    @Override
    public ModelState applyTo(ModelState state) {
      return state.with(state.fit().with(machine, unfit));
    }

    @Override
    public String text() {
      return "%s does not fit on %s: %s".formatted(name, machine, unfit.reason());
    }

    @Override
    public Map<String, String> details() {
      return Map.of(
          "machine",
          machine.value(),
          "gpuMemoryMiB",
          Long.toString(unfit.claim().gpuMemoryMiB()),
          "memoryMiB",
          Long.toString(unfit.claim().memoryMiB()));
    }
  }

  /** An operator wants it tried there again. */
  record FitForgotten(ModelName name, MachineId machine, Instant at) implements FitEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return state.with(state.fit().without(machine));
    }

    @Override
    public String text() {
      return "%s is tried on %s again".formatted(name, machine);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("machine", machine.value());
    }
  }
}
