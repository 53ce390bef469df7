package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An instance as operators see it: what was decided, with what its machine last said of it.
 *
 * @param tasks whether it takes durable tasks; empty for models that have none
 * @param loading how far its engine is with the model, while it comes up
 * @param trouble what went wrong with its engine so far; empty where nothing did
 */
public record InstanceView(
    ModelName model,
    InstanceId instance,
    MachineId machine,
    String engine,
    Phase phase,
    OptionalLong pid,
    OptionalInt port,
    int inFlight,
    int queued,
    int slots,
    int restarts,
    Optional<String> reason,
    OptionalDouble progress,
    Resources claim,
    Optional<TaskFacet> tasks,
    Optional<Loading> loading,
    Optional<Trouble> trouble)
    implements WireMessage {

  /** One that says nothing of how far it is but the share, and nothing of trouble. */
  public InstanceView(
      ModelName model,
      InstanceId instance,
      MachineId machine,
      String engine,
      Phase phase,
      OptionalLong pid,
      OptionalInt port,
      int inFlight,
      int queued,
      int slots,
      int restarts,
      Optional<String> reason,
      OptionalDouble progress,
      Resources claim,
      Optional<TaskFacet> tasks) {
    this(
        model,
        instance,
        machine,
        engine,
        phase,
        pid,
        port,
        inFlight,
        queued,
        slots,
        restarts,
        reason,
        progress,
        claim,
        tasks,
        Optional.empty(),
        Optional.empty());
  }

  public InstanceView {
    loading = Absent.orEmpty(loading);
    trouble = Absent.orEmpty(trouble);
  }

  public InstanceView withReason(Optional<String> other) {
    return new InstanceView(
        model, instance, machine, engine, phase, pid, port, inFlight, queued, slots, restarts,
        other, progress, claim, tasks, loading, trouble);
  }

  /** The same with what went wrong with its engine within so many bytes, about. */
  InstanceView withTroubleWithin(int bytes) {
    return new InstanceView(
        model,
        instance,
        machine,
        engine,
        phase,
        pid,
        port,
        inFlight,
        queued,
        slots,
        restarts,
        reason,
        progress,
        claim,
        tasks,
        loading,
        trouble.map(known -> known.within(bytes)));
  }

  /** These with reasons and trouble that fit into one message together. */
  public static List<InstanceView> withinOneMessage(List<InstanceView> views) {
    int bytes = LastWords.share(views.stream().filter(view -> view.reason.isPresent()).count());
    int ofTrouble = Trouble.share(views.stream().filter(view -> view.trouble.isPresent()).count());
    return views.stream()
        .map(view -> view.withReason(view.reason.map(words -> LastWords.within(words, bytes))))
        .map(view -> view.withTroubleWithin(ofTrouble))
        .toList();
  }
}
