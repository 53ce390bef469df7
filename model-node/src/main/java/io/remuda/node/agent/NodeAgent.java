package io.remuda.node.agent;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.node.instance.InstanceNotice;
import io.remuda.node.instance.Surroundings;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The arbiter of one machine: promises its capacity, starts and stops its instances, and says of
 * itself what is so. Lives in the {@code local} system, so that it goes on while the node's
 * membership of the cluster is rebuilt.
 */
public final class NodeAgent extends AbstractBehavior<NodeAgent.Command> {

  /** What an agent is told, on its own machine. */
  public sealed interface Command {}

  /** A command of the registry; its answer goes to the ref that it names. */
  public record Obey(NodeProtocol.Command command) implements Command {}

  /** From now on reports go to this port, which belongs to the newest cluster system. */
  public record Attach(ActorRef<NodePort.Command> port) implements Command {}

  /**
   * What the machine's GPUs were last seen to do.
   *
   * @param look number of the look; 0 where nothing says when it was begun
   * @param installedMiB by GPU: the memory of those of which only a part is ours
   * @param hostMiB memory of the host that the engine of each instance uses
   */
  public record GpusSeen(
      long look, GpuUse use, Map<String, Long> installedMiB, Map<InstanceId, Long> hostMiB)
      implements Command {
    public GpusSeen {
      installedMiB = Map.copyOf(installedMiB);
      hostMiB = Map.copyOf(hostMiB);
    }

    /** Where nothing says when the look was begun, or which of ours uses what. */
    public GpusSeen(List<Gpu> gpus, Map<String, Long> foreignMiB, Map<String, Long> installedMiB) {
      this(0, new GpuUse(gpus, foreignMiB, Map.of()), installedMiB, Map.of());
    }
  }

  /** Which engines the machine has. */
  public record EnginesSeen(List<EngineOffer> offers) implements Command {
    public EnginesSeen {
      offers = List.copyOf(offers);
    }
  }

  /** Take nothing new, drain and end all instances; {@code done} is told when none is left. */
  public record EndAll(Duration drain, ActorRef<Done> done) implements Command {}

  /** Drain no longer, where all is to end. */
  public record Hasten() implements Command {}

  private record Noticed(InstanceNotice notice) implements Command {}

  record ActorGone(InstanceId id) implements Command {}

  private record TakeUpAgain(Kept kept) implements Command {}

  private record Tick() implements Command {}

  private record LookAtGpus() implements Command {}

  record LookAgain() implements Command {}

  record TurnLimitOver(InstanceId id) implements Command {}

  record Answer(Runnable tell) implements Command {}

  private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

  private final AgentSettings settings;
  private final InstantSource clock;
  private final TimerScheduler<Command> timers;
  private final Engines engines;
  private final Books books;
  private final Instances instances;
  private final GpuLooks looks;
  private final Reports reports;
  private final Starts starts;
  private final Stops stops;
  private final Obeying obeying;

  private NodeAgent(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      AgentSettings settings,
      Engines engines,
      Surroundings around,
      AgentMemory memory,
      GpuWatching gpuWatch,
      CapacityLedger ledger) {
    super(context);
    AgentMemory.Life life = begin(memory, around.clock().millis());
    this.settings = settings;
    this.clock = around.clock();
    this.timers = timers;
    this.engines = engines;
    this.books = new Books(life.state(), ledger);
    this.instances =
        new Instances(
            context,
            timers,
            around,
            context.messageAdapter(InstanceNotice.class, Noticed::new),
            settings.turnLimit(),
            life.incarnation());
    this.reports =
        new Reports(
            settings, life.incarnation(), around.hosted(), instances, books, around.nanoTime());
    Saving saving = new Saving(context, memory, around.blocking());
    this.starts = new Starts(settings.machine(), engines, instances, books, context.getLog());
    this.looks =
        new GpuLooks(
            context.spawn(gpuWatch.watching(context.getSelf()), "gpus"),
            timers,
            settings,
            instances,
            books,
            around.nanoTime(),
            context.getLog());
    this.stops = new Stops(settings.machine(), clock, instances, books, looks, reports, saving);
    this.obeying =
        new Obeying(
            starts,
            stops,
            new Inquiries(
                settings.machine(),
                life.incarnation(),
                instances,
                engines,
                books,
                around.blocking()),
            new StateChanges(settings.machine(), books, saving, reports),
            new Holds(settings.machine(), instances, books, around.hosted()),
            reports);
    looks.look();
    timers.startTimerAtFixedRate(new Tick(), settings.reportInterval());
    timers.startTimerWithFixedDelay(new LookAtGpus(), settings.gpuInterval());
  }

  private static AgentMemory.Life begin(AgentMemory memory, long nowMillis) {
    try {
      return memory.begin(nowMillis);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * An agent that first takes up what a former JVM, or itself before a failure, has left.
   *
   * @param left reads the assignments on the disk
   */
  public static Behavior<Command> create(
      AgentSettings settings,
      Engines engines,
      Surroundings around,
      AgentMemory memory,
      GpuWatching gpuWatch,
      CapacityLedger ledger,
      Supplier<List<Kept>> left) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  NodeAgent agent =
                      new NodeAgent(
                          context, timers, settings, engines, around, memory, gpuWatch, ledger);
                  left.get().forEach(agent.starts::takeUp);
                  return agent;
                }));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Obey.class, obey -> after(() -> obeying.obey(obey.command())))
        .onMessage(Attach.class, attach -> after(() -> onAttach(attach)))
        .onMessage(GpusSeen.class, seen -> after(() -> onGpusSeen(seen)))
        .onMessage(EnginesSeen.class, seen -> after(() -> onEnginesSeen(seen)))
        .onMessage(EndAll.class, end -> after(() -> onEndAll(end)))
        .onMessage(Hasten.class, hasten -> after(this::onHasten))
        .onMessage(Noticed.class, noticed -> after(() -> onNoticed(noticed.notice())))
        .onMessage(ActorGone.class, gone -> after(() -> onActorGone(gone)))
        .onMessage(TakeUpAgain.class, again -> after(() -> onTakeUpAgain(again.kept())))
        .onMessage(TurnLimitOver.class, over -> after(() -> instances.turnOver(over.id())))
        .onMessage(Answer.class, answer -> after(answer.tell()))
        .onMessage(Tick.class, tick -> after(this::onTick))
        .onMessage(LookAtGpus.class, look -> after(looks::look))
        .onMessage(LookAgain.class, look -> after(this::onLookAgain))
        .build();
  }

  private Behavior<Command> after(Runnable act) {
    act.run();
    return this;
  }

  private void onAttach(Attach attach) {
    reports.to(attach.port());
    reports.publish();
  }

  private void onLookAgain() {
    looks.look();
    looks.again();
  }

  private void onGpusSeen(GpusSeen seen) {
    boolean news = looks.seen(seen);
    engines.gpus(seen.use().gpus());
    if (news) {
      reports.publish();
    }
  }

  private void onEnginesSeen(EnginesSeen seen) {
    if (reports.offers(seen.offers())) {
      reports.publish();
    }
  }

  private void onNoticed(InstanceNotice notice) {
    if (notice instanceof InstanceNotice.Changed changed) {
      if (instances.said(changed.state())) {
        looks.filled(changed.id());
      }
      reports.publish();
    } else if (notice instanceof InstanceNotice.Troubled troubled) {
      // Told with the next report: an engine may write without end.
      instances.troubled(troubled);
    } else if (notice instanceof InstanceNotice.WantsTurn) {
      instances.wantsTurn(notice.id());
    } else {
      instances.turnOver(notice.id());
    }
  }

  private void onActorGone(ActorGone gone) {
    Optional<Kept> failed = stops.actorGone(gone.id());
    if (failed.isPresent()) {
      getContext().getLog().error("instance failed instance={}", gone.id());
      timers.startSingleTimer(gone, new TakeUpAgain(failed.get()), AGAIN_AFTER);
      return;
    }
    reports.publish();
    stops.leaveWhenOver();
  }

  private void onTakeUpAgain(Kept kept) {
    starts.takeUp(kept);
    stops.takenUpAgain(kept.assignment().id());
  }

  private void onEndAll(EndAll end) {
    stops.all(end);
    reports.publish();
    stops.leaveWhenOver();
  }

  private void onHasten() {
    if (books.ending().isPresent()) {
      instances.stopAll(Duration.ZERO);
    }
  }

  private void onTick() {
    books.state(books.state().prune(clock.instant(), settings.tombstonesFor()));
    reports.publish();
  }
}
