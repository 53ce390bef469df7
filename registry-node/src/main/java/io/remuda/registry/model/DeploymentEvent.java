package io.remuda.registry.model;

import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Spread;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What operators decided about a name, what a machine found out about its model, and that nothing
 * is left to do for it.
 */
public sealed interface DeploymentEvent extends ModelEvent {

  /** An operator declared the name. */
  record DeploymentDeclared(ModelSpec spec, Instant at) implements DeploymentEvent {
    @Override
    public ModelName name() {
      return spec.name();
    }

    @Override
    public ModelState applyTo(ModelState state) {
      return DeclarationChange.declared(
          state, new Declaration(spec, state.sequence(), state.sequence(), at, false));
    }

    @Override
    public String text() {
      return "%s declared: %d of %s on %s"
          .formatted(name(), spec.replicas(), spec.model().orElse("its own model"), spec.engine());
    }

    @Override
    public Map<String, String> details() {
      return Map.of("engine", spec.engine(), "replicas", Integer.toString(spec.replicas()));
    }
  }

  /** A lease declared the name, which nobody had; the deployment goes with it. */
  record DeploymentBrought(ModelSpec spec, LeaseId lease, Instant at) implements DeploymentEvent {
    @Override
    public ModelName name() {
      return spec.name();
    }

    @Override
    public ModelState applyTo(ModelState state) {
      return DeclarationChange.declared(
          state,
          new Declaration(spec, state.sequence(), state.sequence(), at, false, Optional.of(lease)));
    }

    @Override
    public String text() {
      return "%s brought by %s: %d of %s on %s"
          .formatted(
              name(), lease, spec.replicas(), spec.model().orElse("its own model"), spec.engine());
    }

    @Override
    public Map<String, String> details() {
      return Map.of(
          "engine",
          spec.engine(),
          "replicas",
          Integer.toString(spec.replicas()),
          "lease",
          lease.value());
    }
  }

  /** An operator changed the specification of a declared name. */
  record DeploymentChanged(ModelSpec spec, Instant at) implements DeploymentEvent {
    @Override
    public ModelName name() {
      return spec.name();
    }

    @Override
    public ModelState applyTo(ModelState state) {
      return state
          .live()
          .map(
              now ->
                  DeclarationChange.declared(
                      state,
                      new Declaration(
                          spec,
                          state.sequence(),
                          isSameRecipe(now.spec(), spec) ? now.revision() : state.sequence(),
                          now.createdAt(),
                          false)))
          .orElse(state);
    }

    /** Whether instances of one serve the other: only how many and where may differ. */
    static boolean isSameRecipe(ModelSpec before, ModelSpec after) {
      return recipe(before).equals(recipe(after));
    }

    private static ModelSpec recipe(ModelSpec spec) {
      return new ModelSpec(
          spec.name(),
          spec.engine(),
          spec.model(),
          0,
          spec.resources(),
          spec.context(),
          spec.slots(),
          spec.arguments(),
          spec.machineLabels(),
          Spread.BINPACK,
          spec.antiAffinity(),
          spec.schema(),
          Policies.NONE);
    }

    @Override
    public String text() {
      return "%s changed: %d of %s on %s"
          .formatted(name(), spec.replicas(), spec.model().orElse("its own model"), spec.engine());
    }

    @Override
    public Map<String, String> details() {
      return Map.of("engine", spec.engine(), "replicas", Integer.toString(spec.replicas()));
    }
  }

  /**
   * An operator lets a declared name take what was added to its schema. Without a schema in the
   * specification its model is described anew, to find it.
   *
   * @param changes what is added, as far as it is known
   */
  record SchemaEvolved(ModelSpec spec, String changes, Instant at) implements DeploymentEvent {
    @Override
    public ModelName name() {
      return spec.name();
    }

    @Override
    public ModelState applyTo(ModelState state) {
      return state
          .live()
          .map(
              now ->
                  DeclarationChange.evolved(
                      state,
                      new Declaration(
                          spec, state.sequence(), state.sequence(), now.createdAt(), false)))
          .map(next -> spec.schema().isEmpty() ? DeclarationChange.describedAnew(next) : next)
          .orElse(state);
    }

    @Override
    public String text() {
      return "%s evolves: %s".formatted(name(), changes);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("changes", changes);
    }
  }

  /** An operator wants another number of instances. */
  record DeploymentScaled(ModelName name, int replicas, Instant at) implements DeploymentEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return state
          .live()
          .map(
              now ->
                  DeclarationChange.declared(
                      state,
                      new Declaration(
                          now.spec().withReplicas(replicas),
                          state.sequence(),
                          now.revision(),
                          now.createdAt(),
                          false)))
          .map(next -> next.with(OptionalInt.empty()))
          .orElse(state);
    }

    @Override
    public String text() {
      return "%s scaled to %d".formatted(name, replicas);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("replicas", Integer.toString(replicas));
    }
  }

  /** An operator removed the declaration. */
  record DeploymentRemoved(ModelName name, Instant at) implements DeploymentEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return DeclarationChange.removed(state);
    }

    @Override
    public String text() {
      return name + " removed";
    }

    @Override
    public Map<String, String> details() {
      return Map.of();
    }
  }

  /**
   * Nothing is left to do for the name: it stands for nothing, nothing of it runs, nobody needs it.
   * Whatever happens to it later is one more event of it.
   */
  record NameClosed(ModelName name, Instant at) implements DeploymentEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return state.but(next -> next.closed = true);
    }

    @Override
    public String text() {
      return name + " closed: it was removed, and nothing of it is left";
    }

    @Override
    public Map<String, String> details() {
      return Map.of();
    }
  }

  /** A machine looked at the model's files. */
  record ModelDescribed(ModelName name, MachineId machine, ModelFile file, Instant at)
      implements DeploymentEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return state
          .live()
          .map(
              now ->
                  DeclarationChange.described(
                      state, new ModelState.Description(file, now.revision())))
          .orElse(state);
    }

    @Override
    public String text() {
      return "%s described by %s: %d MiB of GPU memory, %d MiB of memory, %s"
          .formatted(
              name,
              machine,
              file.estimate().gpuMemoryMiB(),
              file.estimate().memoryMiB(),
              file.note());
    }

    @Override
    public Map<String, String> details() {
      return Map.of(
          "machine",
          machine.value(),
          "digest",
          file.digest(),
          "sizeBytes",
          Long.toString(file.sizeBytes()));
    }
  }
}
