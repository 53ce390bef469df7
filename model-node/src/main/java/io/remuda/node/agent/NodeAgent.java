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
  private final StateChanges stateChanges;
  private final Starts starts;
  private final Stops stops;
  private final Inquiries inquiries;
  private final Holds holds;

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
    this.stateChanges = new StateChanges(settings.machine(), books, saving, reports);
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
    this.inquiries =
        new Inquiries(
            settings.machine(), life.incarnation(), instances, engines, books, around.blocking());
    this.holds = new Holds(settings.machine(), instances, books, around.hosted());
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
        .onMessage(Obey.class, this::onObey)
        .onMessage(Attach.class, this::onAttach)
        .onMessage(GpusSeen.class, this::onGpusSeen)
        .onMessage(EnginesSeen.class, this::onEnginesSeen)
        .onMessage(EndAll.class, this::onEndAll)
        .onMessage(Hasten.class, hasten -> onHasten())
        .onMessage(Noticed.class, this::onNoticed)
        .onMessage(ActorGone.class, this::onActorGone)
        .onMessage(TakeUpAgain.class, this::onTakeUpAgain)
        .onMessage(TurnLimitOver.class, this::onTurnLimitOver)
        .onMessage(Answer.class, this::onAnswer)
        .onMessage(Tick.class, tick -> onTick())
        .onMessage(LookAtGpus.class, look -> onLookAtGpus())
        .onMessage(LookAgain.class, look -> onLookAgain())
        .build();
  }

  private Behavior<Command> onObey(Obey obey) {
    NodeProtocol.Command command = obey.command();
    if (command instanceof NodeProtocol.StartInstance start) {
      starts.start(start);
      reports.publish();
    } else if (command instanceof NodeProtocol.StopInstance stop) {
      stops.stop(stop);
    } else if (command instanceof NodeProtocol.Ping ping) {
      inquiries.ping(ping);
    } else if (command instanceof NodeProtocol.DescribeModel describe) {
      inquiries.describe(describe);
    } else if (command instanceof NodeProtocol.SetMachineState set) {
      stateChanges.set(set);
    } else if (command instanceof NodeProtocol.HoldInstance hold) {
      holds.hold(hold);
    } else if (command instanceof NodeProtocol.ReleaseInstance release) {
      holds.release(release);
    }
    return this;
  }

  private Behavior<Command> onAttach(Attach attach) {
    reports.to(attach.port());
    reports.publish();
    return this;
  }

  private Behavior<Command> onLookAtGpus() {
    looks.look();
    return this;
  }

  private Behavior<Command> onLookAgain() {
    looks.look();
    looks.again();
    return this;
  }

  private Behavior<Command> onGpusSeen(GpusSeen seen) {
    boolean news = looks.seen(seen);
    engines.gpus(seen.use().gpus());
    if (news) {
      reports.publish();
    }
    return this;
  }

  private Behavior<Command> onEnginesSeen(EnginesSeen seen) {
    if (reports.offers(seen.offers())) {
      reports.publish();
    }
    return this;
  }

  private Behavior<Command> onNoticed(Noticed noticed) {
    InstanceNotice notice = noticed.notice();
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
    return this;
  }

  private Behavior<Command> onTurnLimitOver(TurnLimitOver over) {
    instances.turnOver(over.id());
    return this;
  }

  private Behavior<Command> onActorGone(ActorGone gone) {
    Optional<Kept> failed = stops.actorGone(gone.id());
    if (failed.isPresent()) {
      getContext().getLog().error("instance failed instance={}", gone.id());
      timers.startSingleTimer(gone, new TakeUpAgain(failed.get()), AGAIN_AFTER);
      return this;
    }
    reports.publish();
    stops.leaveWhenOver();
    return this;
  }

  private Behavior<Command> onTakeUpAgain(TakeUpAgain again) {
    starts.takeUp(again.kept());
    stops.takenUpAgain(again.kept().assignment().id());
    return this;
  }

  private Behavior<Command> onEndAll(EndAll end) {
    stops.all(end);
    reports.publish();
    stops.leaveWhenOver();
    return this;
  }

  private Behavior<Command> onHasten() {
    if (books.ending().isPresent()) {
      instances.stopAll(Duration.ZERO);
    }
    return this;
  }

  private Behavior<Command> onTick() {
    books.state(books.state().prune(clock.instant(), settings.tombstonesFor()));
    reports.publish();
    return this;
  }

  private Behavior<Command> onAnswer(Answer answer) {
    answer.tell().run();
    return this;
  }
}
