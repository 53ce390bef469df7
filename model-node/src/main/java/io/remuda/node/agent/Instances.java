package io.remuda.node.agent;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.node.instance.InstanceNotice;
import io.remuda.node.instance.InstanceState;
import io.remuda.node.instance.ModelInstance;
import io.remuda.node.instance.Surroundings;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Trouble;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The instances of one machine: their actors, what each last said of itself, and whose engine may
 * start now. One whose actor has failed is still here, for its engine is. Belongs to one actor.
 */
final class Instances {
  private final ActorContext<NodeAgent.Command> context;
  private final TimerScheduler<NodeAgent.Command> timers;
  private final Surroundings around;
  private final ActorRef<InstanceNotice> notices;
  private final Duration turnLimit;
  private final long firstSequence;
  private final Map<InstanceId, ActorRef<ModelInstance.Command>> children = new HashMap<>();
  private final Map<InstanceId, InstanceState> states = new TreeMap<>();
  private final Map<InstanceId, Trouble> troubles = new HashMap<>();
  private final Set<InstanceId> measurable = new HashSet<>();
  private StartTurns turns = StartTurns.NONE;

  /**
   * @param firstSequence of an instance that has said nothing in this life of the agent
   */
  Instances(
      ActorContext<NodeAgent.Command> context,
      TimerScheduler<NodeAgent.Command> timers,
      Surroundings around,
      ActorRef<InstanceNotice> notices,
      Duration turnLimit,
      long firstSequence) {
    this.context = context;
    this.timers = timers;
    this.around = around;
    this.notices = notices;
    this.turnLimit = turnLimit;
    this.firstSequence = firstSequence;
  }

  /** Whether it is on this machine, and be it without an actor for a moment. */
  boolean has(InstanceId id) {
    return children.containsKey(id) || states.containsKey(id);
  }

  /** Whether its actor has failed and is not there again yet. */
  boolean failed(InstanceId id) {
    return has(id) && !children.containsKey(id);
  }

  boolean none() {
    return children.isEmpty() && states.isEmpty();
  }

  Optional<ActorRef<ModelInstance.Command>> child(InstanceId id) {
    return Optional.ofNullable(children.get(id));
  }

  Optional<InstanceState> state(InstanceId id) {
    return Optional.ofNullable(states.get(id));
  }

  /**
   * @param adopt whether an engine of it may run already
   */
  void begin(Kept kept, EngineRuntime runtime, boolean adopt) {
    InstanceId id = kept.assignment().id();
    long first = state(id).map(known -> known.sequence() + 1).orElse(firstSequence);
    ActorRef<ModelInstance.Command> child =
        context.spawn(
            ModelInstance.create(around, kept, runtime, first, notices), "instance-" + id);
    children.put(id, child);
    if (runtime.measurable()) {
      measurable.add(id);
    }
    context.watchWith(child, new NodeAgent.ActorGone(id));
    child.tell(new ModelInstance.Begin(adopt));
  }

  /**
   * @return whether it has become ready just now
   */
  boolean said(InstanceState state) {
    InstanceState before = states.put(state.assignment().id(), state);
    return state.phase() == Phase.READY && (before == null || before.phase() != Phase.READY);
  }

  /** More has gone wrong with its engine. */
  void troubled(InstanceNotice.Troubled told) {
    troubles.put(told.id(), told.trouble());
  }

  /** Its actor has ended; what it last said is kept until {@link #forget}. */
  void actorGone(InstanceId id) {
    children.remove(id);
    turnOver(id);
  }

  void forget(InstanceId id) {
    states.remove(id);
    measurable.remove(id);
    troubles.remove(id);
  }

  void stopAll(Duration drain) {
    children.values().forEach(child -> child.tell(new ModelInstance.Stop(drain)));
  }

  void wantsTurn(InstanceId id) {
    give(turns.wants(id));
  }

  void turnOver(InstanceId id) {
    give(turns.over(id));
  }

  private void give(StartTurns next) {
    Optional<InstanceId> before = turns.holder();
    turns = next;
    if (next.holder().equals(before)) {
      return;
    }
    timers.cancel("turn");
    next.holder()
        .ifPresent(
            id -> {
              ActorRef<ModelInstance.Command> child = children.get(id);
              if (child == null) {
                turnOver(id);
                return;
              }
              child.tell(new ModelInstance.YourTurn());
              timers.startSingleTimer("turn", new NodeAgent.TurnLimitOver(id), turnLimit);
            });
  }

  /** Whether what its engine uses shows what the next one of its model needs. */
  boolean isMeasurable(InstanceId id) {
    return measurable.contains(id);
  }

  /** The processes of their engines; of those that have none now, none. */
  Map<InstanceId, OptionalLong> processes() {
    Map<InstanceId, OptionalLong> processes = new TreeMap<>();
    states.forEach((id, known) -> processes.put(id, known.pid()));
    return processes;
  }

  Optional<InstanceReport> report(InstanceId id) {
    return state(id)
        .flatMap(known -> around.hosted().find(id).map(HostedInstance::gate).map(known::report))
        .map(report -> report.withTrouble(trouble(id)));
  }

  /** As much of it as has room in one message with that of all others. */
  private Optional<Trouble> trouble(InstanceId id) {
    return Optional.ofNullable(troubles.get(id))
        .map(known -> known.within(Trouble.share(troubles.size())));
  }

  /** All of them; where many engines have failed, each with fewer of its last words. */
  List<InstanceReport> reports() {
    int bytes =
        LastWords.share(
            states.values().stream().filter(known -> known.reason().isPresent()).count());
    return states.keySet().stream()
        .flatMap(id -> report(id).stream())
        .map(
            report ->
                report.withReason(report.reason().map(words -> LastWords.within(words, bytes))))
        .toList();
  }

  /** Each with what the byte path sees of it, where it sees it. */
  void eachHosted(BiConsumer<InstanceState, HostedInstance> seen) {
    states.forEach(
        (id, known) -> around.hosted().find(id).ifPresent(hosted -> seen.accept(known, hosted)));
  }
}
