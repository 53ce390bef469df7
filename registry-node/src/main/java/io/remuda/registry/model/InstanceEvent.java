package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.placement.Grounds;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What became of one replica, from its placement to its end. */
public sealed interface InstanceEvent extends ModelEvent {

  InstanceId id();

  @Override
  default ModelName name() {
    return id().model();
  }

  /**
   * A replica was placed; its machine has the last word.
   *
   * @param revision of the recipe that it is started from; empty for the declared one, as earlier
   *     versions wrote
   */
  record InstanceAssigned(
      InstanceId id,
      MachineId machine,
      Resources claim,
      Origin origin,
      Optional<Grounds> grounds,
      OptionalLong revision,
      Instant at)
      implements InstanceEvent {

    /** Of the declared recipe, where nothing was weighed, or it is not told. */
    public InstanceAssigned(
        InstanceId id, MachineId machine, Resources claim, Origin origin, Instant at) {
      this(id, machine, claim, origin, Optional.empty(), OptionalLong.empty(), at);
    }

    @Override
    public ModelState applyTo(ModelState state) {
      long declared = state.live().map(Declaration::revision).orElse(0L);
      return state.assigned(
          new Instance(
              id,
              machine,
              claim,
              revision.orElse(declared),
              origin,
              at,
              Optional.empty(),
              Optional.empty(),
              Instance.Restarts.NONE));
    }

    @Override
    public String text() {
      return "%s assigned to %s".formatted(id, machine)
          + grounds.map(why -> ": " + why.text()).orElse("");
    }

    @Override
    public Map<String, String> details() {
      Map<String, String> details = new TreeMap<>();
      details.put("instance", id.toString());
      details.put("machine", machine.value());
      details.put("gpus", Integer.toString(claim.gpus()));
      details.put("gpuMemoryMiB", Long.toString(claim.gpuMemoryMiB()));
      details.put("memoryMiB", Long.toString(claim.memoryMiB()));
      details.put("cpus", Double.toString(claim.cpus()));
      grounds.ifPresent(
          why -> {
            details.put("score", String.format(Locale.ROOT, "%.3f", why.used()));
            details.put("machines", Integer.toString(why.machines()));
            details.put("untold", Integer.toString(why.untold()));
          });
      return details;
    }

    @Override
    public List<Verdict> weighed() {
      return grounds.map(Grounds::weighed).orElse(List.of());
    }
  }

  /** The machine did not take the replica; the next candidate is tried under a new id. */
  record InstanceRefused(
      InstanceId id, MachineId machine, ErrorCode code, String reason, Instant at)
      implements InstanceEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return state.without(id);
    }

    @Override
    public String text() {
      return "%s refused by %s: %s".formatted(id, machine, reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("instance", id.toString(), "machine", machine.value(), "code", code.code());
    }
  }

  /** The replica took requests for the first time: history, routing follows reports. */
  record InstanceReady(InstanceId id, Instant at) implements InstanceEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      Instance known = state.instances().get(id);
      return known == null
          ? state
          : RolloutChange.ready(
              state.with(known.readyAt(at)).with(ModelState.Failures.NONE).cameBack(), id, at);
    }

    @Override
    public String text() {
      return id + " ready";
    }

    @Override
    public Map<String, String> details() {
      return Map.of("instance", id.toString());
    }
  }

  /** The end of the replica was decided; its machine is told until it confirms. */
  record InstanceStopping(InstanceId id, String reason, Instant at) implements InstanceEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      Instance known = state.instances().get(id);
      return known == null
          ? state
          : RolloutChange.gone(
              state.with(known.stoppedBy(new Instance.Stop(state.sequence(), reason))),
              Optional.of(known),
              at);
    }

    @Override
    public String text() {
      return "%s stopping: %s".formatted(id, reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("instance", id.toString());
    }
  }

  /** The replica is gone for good, as its machine says. */
  record InstanceEnded(InstanceId id, boolean failed, String reason, Instant at)
      implements InstanceEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      Optional<Instance> known = Optional.ofNullable(state.instances().get(id));
      ModelState without = RolloutChange.gone(state.without(id), known, at);
      return failed
          ? without.with(state.failures().and(at, reason)).with(rollout(without, known))
          : without;
    }

    /** One of the recipe that is being rolled out must not fail. */
    private Optional<Rollout> rollout(ModelState state, Optional<Instance> known) {
      return state
          .rollout()
          .map(
              on ->
                  known.filter(one -> one.revision() == on.to()).isPresent()
                      ? on.failing(id + " failed: " + reason)
                      : on);
    }

    @Override
    public String text() {
      return "%s %s: %s".formatted(id, failed ? "failed" : "ended", reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("instance", id.toString(), "failed", Boolean.toString(failed));
    }
  }

  /** Nothing was heard of the replica's machine for too long; it is placed elsewhere. */
  record InstanceLost(
      InstanceId id, MachineId machine, String reason, Optional<Absence> absence, Instant at)
      implements InstanceEvent {

    /** Where it is not told what was seen. */
    public InstanceLost(InstanceId id, MachineId machine, String reason, Instant at) {
      this(id, machine, reason, Optional.empty(), at);
    }

    @Override
    public ModelState applyTo(ModelState state) {
      return RolloutChange.gone(
          state.without(id), Optional.ofNullable(state.instances().get(id)), at);
    }

    @Override
    public String text() {
      return "%s lost: %s".formatted(id, reason);
    }

    @Override
    public Map<String, String> details() {
      Map<String, String> details = new TreeMap<>();
      details.put("instance", id.toString());
      details.put("machine", machine.value());
      absence.ifPresent(seen -> details.putAll(seen.details()));
      return details;
    }
  }

  /**
   * Its engine ended and its machine starts it again; the instance stays. Written for the first
   * restart, for another reason, and each time the number has doubled: see {@link RestartDecider}.
   *
   * @param times how often so far
   */
  record EngineRestarted(InstanceId id, MachineId machine, int times, String reason, Instant at)
      implements InstanceEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      Instance known = state.instances().get(id);
      return known == null
          ? state
          : state.with(known.restarted(new Instance.Restarts(times, reason, at)));
    }

    @Override
    public String text() {
      return "%s: %s starts its engine again, %s so far: %s"
          .formatted(id, machine, times == 1 ? "once" : times + " times", reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of(
          "instance",
          id.toString(),
          "machine",
          machine.value(),
          "restarts",
          Integer.toString(times),
          "reason",
          reason);
    }
  }
}
