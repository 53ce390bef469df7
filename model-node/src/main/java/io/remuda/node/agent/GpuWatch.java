package io.remuda.node.agent;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.remuda.node.gpu.GpuLocks;
import io.remuda.node.gpu.GpuProbe;
import io.remuda.node.gpu.GpuReading;
import io.remuda.node.gpu.ResidentMemory;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Gpu;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Looks at the machine's GPUs, and at what memory its engines use, when asked, off any actor's
 * thread and one look at a time: a driver that hangs delays the next look, and nothing else. Only
 * GPUs that this agent holds the lock of are told of.
 *
 * <p>A look that fails says nothing of the GPUs, so what was seen before holds. A driver that never
 * answered is waited for over a few looks; then the machine goes on without its GPUs until it does.
 */
final class GpuWatch extends AbstractBehavior<GpuWatch.Command> {

  /** What a watch is told. */
  sealed interface Command {}

  /**
   * Look now, unless a look is under way.
   *
   * @param number by which the answer tells when it was begun
   * @param engines the processes whose memory is not foreign, with all that they started; none
   *     where an instance is here without its engine, whose memory may still be listed
   * @param ended instances whose engines have ended and whose memory may still be listed
   */
  record Look(long number, Map<InstanceId, OptionalLong> engines, Set<InstanceId> ended)
      implements Command {
    Look {
      engines = Map.copyOf(engines);
      ended = Set.copyOf(ended);
    }
  }

  /**
   * @param seen what can be said; with a problem what can be said without the driver
   * @param families the processes of each instance, those of ended ones as last seen
   */
  private record Looked(
      NodeAgent.GpusSeen seen, Map<InstanceId, Set<Long>> families, Optional<String> problem)
      implements Command {}

  /** Looks that may fail before a machine is said to have none of its driver's GPUs. */
  static final int PATIENCE = 3;

  private static final NodeAgent.GpusSeen NONE =
      new NodeAgent.GpusSeen(List.of(), Map.of(), Map.of());

  private final GpuProbe probe;
  private final GpuLocks locks;
  private final Executor blocking;
  private final ActorRef<? super NodeAgent.GpusSeen> agent;
  private Map<InstanceId, Set<Long>> families = Map.of();
  private boolean looking;
  private boolean answered;
  private int failures;
  private Optional<String> lastProblem = Optional.empty();

  private GpuWatch(
      ActorContext<Command> context,
      GpuProbe probe,
      GpuLocks locks,
      Executor blocking,
      ActorRef<? super NodeAgent.GpusSeen> agent) {
    super(context);
    this.probe = probe;
    this.locks = locks;
    this.blocking = blocking;
    this.agent = agent;
  }

  static Behavior<Command> create(
      GpuProbe probe,
      GpuLocks locks,
      Executor blocking,
      ActorRef<? super NodeAgent.GpusSeen> agent) {
    return Behaviors.setup(context -> new GpuWatch(context, probe, locks, blocking, agent));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Look.class, this::onLook)
        .onMessage(Looked.class, this::onLooked)
        .build();
  }

  private Behavior<Command> onLook(Look look) {
    if (!looking) {
      looking = true;
      Map<InstanceId, Set<Long>> known = families;
      CompletableFuture<Looked> result =
          CompletableFuture.supplyAsync(() -> look(look, known), blocking);
      getContext()
          .pipeToSelf(
              result,
              (looked, why) ->
                  why == null ? looked : new Looked(NONE, known, Optional.of(why.toString())));
    }
    return this;
  }

  /** On the blocking side. */
  private Looked look(Look look, Map<InstanceId, Set<Long>> known) {
    Map<InstanceId, Set<Long>> now = new TreeMap<>();
    look.engines().forEach((id, engine) -> now.put(id, family(engine, of(id, known))));
    look.ended().forEach(id -> now.put(id, of(id, known)));
    GpuReading reading = probe.read();
    try {
      return new Looked(
          new NodeAgent.GpusSeen(
              look.number(),
              use(locks.ours(reading.gpus()), reading, now),
              reading.installedMiB(),
              resident(look, now)),
          now,
          reading.problem());
    } catch (IOException e) {
      return new Looked(NONE, now, Optional.of("GPUs cannot be locked: " + e));
    }
  }

  private static GpuUse use(List<Gpu> gpus, GpuReading reading, Map<InstanceId, Set<Long>> ours) {
    Set<Long> all = new HashSet<>();
    Map<InstanceId, Map<String, Long>> used = new TreeMap<>();
    ours.forEach(
        (id, pids) -> {
          all.addAll(pids);
          used.put(id, reading.usedMiB(pids));
        });
    return new GpuUse(gpus, reading.foreignMiB(all), used);
  }

  /** Of those that have an engine: a process that is gone may have left its number to another. */
  private static Map<InstanceId, Long> resident(Look look, Map<InstanceId, Set<Long>> ours) {
    Map<InstanceId, Long> mib = new TreeMap<>();
    look.engines()
        .forEach(
            (id, engine) -> engine.ifPresent(pid -> mib.put(id, ResidentMemory.mib(of(id, ours)))));
    return mib;
  }

  private static Set<Long> of(InstanceId id, Map<InstanceId, Set<Long>> known) {
    return known.getOrDefault(id, Set.of());
  }

  /** What a process has started cannot be asked of one that is gone: it is as it was known. */
  private static Set<Long> family(OptionalLong engine, Set<Long> known) {
    if (engine.isEmpty()) {
      return known;
    }
    long pid = engine.getAsLong();
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    Set<Long> all = new HashSet<>(Set.of(pid));
    if (process.isPresent()) {
      process.get().descendants().forEach(child -> all.add(child.pid()));
    } else if (known.contains(pid)) {
      all.addAll(known);
    }
    return all;
  }

  private Behavior<Command> onLooked(Looked looked) {
    looking = false;
    families = looked.families();
    if (!looked.problem().equals(lastProblem)) {
      lastProblem = looked.problem();
      looked.problem().ifPresent(why -> getContext().getLog().warn("gpus not read reason={}", why));
    }
    if (looked.problem().isEmpty()) {
      answered = true;
      agent.tell(looked.seen());
    } else if (!answered && ++failures >= PATIENCE) {
      agent.tell(looked.seen());
    }
    return this;
  }
}
