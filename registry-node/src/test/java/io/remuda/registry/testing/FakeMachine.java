package io.remuda.registry.testing;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A machine that does what a real one does, at once and without an engine, and that can be told to
 * fail: to swallow answers, to refuse, to fall silent, to lose an instance.
 */
public final class FakeMachine extends AbstractBehavior<Object> {

  private static final long GPU_MIB = 8_000;
  private static final Duration REPORT_EVERY = Duration.ofMillis(100);

  /** What a test tells the machine and reads from it, from its own thread. */
  public static final class Control {
    public final MachineId id;
    public final Map<InstanceId, InstanceReport> instances = new ConcurrentHashMap<>();
    public final List<NodeProtocol.Command> heard = new CopyOnWriteArrayList<>();
    public volatile long memoryMiB = 8_000;
    public volatile long incarnation = 1;
    public volatile boolean silent;
    public volatile boolean swallowStartReplies;
    public volatile Optional<Refused> refuse = Optional.empty();
    public volatile boolean deafToState;
    public volatile Optional<Refused> refuseState = Optional.empty();
    public final Map<InstanceId, Tenure> tenures = new ConcurrentHashMap<>();
    public volatile Optional<Refused> refuseHold = Optional.empty();
    public volatile boolean deafToReleases;
    public volatile Phase startsInto = Phase.READY;
    public volatile boolean hasModel = true;
    public volatile Optional<JournalId> journal = Optional.empty();
    public volatile boolean cordoned;
    public volatile boolean settled;
    public volatile Map<String, String> labels = Map.of();
    public volatile Set<String> engines = Set.of("fake");

    /** So many GPUs of 8,000 MiB each; an instance gets the first that has room. */
    public volatile int gpus;

    public volatile Set<String> cordonedGpus = Set.of();

    public Control(String id) {
      this.id = new MachineId(id);
    }

    public String gpu(int index) {
      return "GPU-" + id + index;
    }

    List<Gpu> gpus() {
      return IntStream.range(0, gpus)
          .mapToObj(
              index ->
                  new Gpu(
                      index,
                      gpu(index),
                      "test",
                      GPU_MIB,
                      0,
                      reserved(gpu(index)),
                      OptionalDouble.empty(),
                      OptionalDouble.empty(),
                      OptionalDouble.empty(),
                      true,
                      cordonedGpus.contains(gpu(index))))
          .toList();
    }

    private long reserved(String gpu) {
      return instances.values().stream()
          .filter(i -> !i.phase().isFinal() && i.gpus().contains(gpu))
          .mapToLong(i -> i.claim().gpuMemoryMiB())
          .sum();
    }

    Set<String> place(Resources claim) {
      return gpus().stream()
          .filter(gpu -> claim.gpus() > 0 && gpu.memoryFreeMiB() >= claim.gpuMemoryMiB())
          .limit(1)
          .map(Gpu::uuid)
          .collect(Collectors.toSet());
    }

    /** To whom an instance belongs now. */
    public Tenure tenure(InstanceId instance) {
      return tenures.getOrDefault(instance, new Tenure(0, Optional.empty()));
    }

    public long count(Class<? extends NodeProtocol.Command> kind) {
      return heard.stream().filter(kind::isInstance).count();
    }

    long reserved() {
      return instances.values().stream()
          .filter(i -> !i.phase().isFinal())
          .mapToLong(i -> i.claim().memoryMiB())
          .sum();
    }
  }

  /**
   * To whom an instance belongs.
   *
   * @param highest number that it was told
   * @param holder under that number; empty for one that it has let go of
   */
  public record Tenure(long highest, Optional<LeaseToken> holder) {}

  private static final String REPORT = "report";

  private final Control control;
  private final ActorRef<NodeProtocol.Command> agent;
  private Set<ActorRef<FleetProtocol.Command>> views = new HashSet<>();
  private long sequence;

  private FakeMachine(ActorContext<Object> context, Control control) {
    super(context);
    this.control = control;
    this.agent = context.getSelf().narrow();
    context
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.subscribe(
                FleetProtocol.FLEET_KEY,
                context.messageAdapter(Receptionist.Listing.class, listing -> listing)));
  }

  public static Behavior<Object> create(Control control) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(REPORT, REPORT_EVERY);
                  return new FakeMachine(context, control);
                }));
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessage(
            Receptionist.Listing.class,
            listing -> {
              views = listing.getServiceInstances(FleetProtocol.FLEET_KEY);
              return report();
            })
        .onMessageEquals(REPORT, this::report)
        .onMessage(NodeProtocol.StartInstance.class, this::onStart)
        .onMessage(NodeProtocol.StopInstance.class, this::onStop)
        .onMessage(NodeProtocol.Ping.class, this::onPing)
        .onMessage(NodeProtocol.DescribeModel.class, this::onDescribe)
        .onMessage(NodeProtocol.SetMachineState.class, this::onState)
        .onMessage(NodeProtocol.HoldInstance.class, this::onHold)
        .onMessage(NodeProtocol.ReleaseInstance.class, this::onRelease)
        .build();
  }

  private Behavior<Object> report() {
    if (!control.silent) {
      views.forEach(view -> view.tell(new FleetProtocol.Report(said(), agent)));
    }
    return this;
  }

  private NodeReport said() {
    sequence++;
    return new NodeReport(
        control.id,
        control.incarnation,
        sequence,
        "host-" + control.id,
        "127.0.0.1:1",
        control.labels,
        control.cordoned,
        control.settled,
        control.journal,
        capacity(),
        control.engines.stream()
            .map(e -> new EngineOffer(e, true, Optional.empty(), Optional.empty()))
            .toList(),
        List.copyOf(control.instances.values()));
  }

  private Capacity capacity() {
    return new Capacity(control.memoryMiB, control.reserved(), 8, 0, control.gpus());
  }

  private Behavior<Object> onStart(NodeProtocol.StartInstance start) {
    control.heard.add(start);
    if (control.silent) {
      return this;
    }
    Optional<Refused> refused =
        control.refuse.or(
            () ->
                start.claim().memoryMiB() > control.memoryMiB - control.reserved()
                        && !control.instances.containsKey(start.id())
                    ? Optional.of(Refused.of(ErrorCode.NODE_FULL, "no room here; stop something"))
                    : Optional.empty());
    if (refused.isEmpty()) {
      control.instances.computeIfAbsent(start.id(), id -> fresh(id, start.epoch(), start.claim()));
    }
    if (!control.swallowStartReplies) {
      start
          .replyTo()
          .tell(
              new NodeProtocol.StartReply(
                  start.id(), start.epoch(), control.id, refused, capacity()));
    }
    return report();
  }

  private InstanceReport fresh(InstanceId id, long epoch, Resources claim) {
    InstanceReport shape = Reports.instance(id, control.startsInto, 1);
    return new InstanceReport(
        id,
        epoch,
        1,
        control.startsInto,
        InstanceReport.Origin.ASSIGNED,
        "fake",
        shape.pid(),
        shape.port(),
        4,
        0,
        0,
        0,
        shape.reason(),
        shape.progress(),
        claim,
        Optional.empty(),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        control.place(claim),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private Behavior<Object> onStop(NodeProtocol.StopInstance stop) {
    control.heard.add(stop);
    if (!control.silent) {
      control.instances.remove(stop.id());
      stop.replyTo()
          .tell(
              new NodeProtocol.StopReply(
                  stop.id(), stop.epoch(), control.id, Optional.empty(), capacity()));
    }
    return report();
  }

  private Behavior<Object> onPing(NodeProtocol.Ping ping) {
    control.heard.add(ping);
    if (!control.silent) {
      ping.replyTo()
          .tell(
              new NodeProtocol.Pong(
                  ping.nonce(),
                  control.id,
                  control.incarnation,
                  control.instances.values().stream()
                      .filter(i -> ping.instances().contains(i.id()))
                      .toList()));
    }
    return this;
  }

  private Behavior<Object> onDescribe(NodeProtocol.DescribeModel wish) {
    control.heard.add(wish);
    if (!control.silent) {
      Optional<ModelFile> file =
          control.hasModel
              ? Optional.of(
                  new ModelFile(
                      3_000_000,
                      "sha256:1",
                      wish.spec().resources().orElse(new Resources(0, 512, 0, 0)),
                      true,
                      wish.spec().schema(),
                      "from its header"))
              : Optional.empty();
      wish.replyTo()
          .tell(
              new NodeProtocol.Described(
                  control.id,
                  file,
                  file.isPresent()
                      ? Optional.empty()
                      : Optional.of(
                          Refused.of(ErrorCode.INVALID_MODEL_FILE, "no such file here"))));
    }
    return this;
  }

  private Behavior<Object> onState(NodeProtocol.SetMachineState state) {
    control.heard.add(state);
    boolean foreign = control.journal.map(own -> !own.equals(state.journal())).orElse(false);
    if (foreign) {
      control.refuseState =
          Optional.of(Refused.of(ErrorCode.WRONG_JOURNAL, "it belongs to another fleet"));
    }
    if (control.refuseState.isPresent()) {
      state
          .replyTo()
          .tell(new NodeProtocol.MachineStateSet(control.id, state.version(), control.refuseState));
    } else if (!control.silent && !control.deafToState) {
      control.journal = Optional.of(state.journal());
      control.cordoned = state.cordoned();
      control.cordonedGpus = state.cordonedGpus();
      control.labels = state.labels();
      control.settled = true;
      state
          .replyTo()
          .tell(new NodeProtocol.MachineStateSet(control.id, state.version(), Optional.empty()));
    }
    return report();
  }

  private Behavior<Object> onHold(NodeProtocol.HoldInstance order) {
    control.heard.add(order);
    if (control.silent) {
      return this;
    }
    Tenure before = control.tenure(order.id());
    LeaseToken grant = order.grant();
    boolean known = before.holder().filter(grant::equals).isPresent();
    Optional<Refused> refused =
        control.refuseHold.or(
            () ->
                known || grant.number() > before.highest()
                    ? Optional.empty()
                    : Optional.of(Refused.of(ErrorCode.STALE_LEASE, "it was told a later one")));
    if (refused.isEmpty()) {
      control.tenures.put(order.id(), new Tenure(grant.number(), Optional.of(grant)));
    }
    order.replyTo().tell(held(order.id(), grant, refused));
    return this;
  }

  private Behavior<Object> onRelease(NodeProtocol.ReleaseInstance order) {
    control.heard.add(order);
    if (control.silent || control.deafToReleases) {
      return this;
    }
    Tenure before = control.tenure(order.id());
    LeaseToken grant = order.grant();
    if (grant.number() > before.highest() || before.holder().filter(grant::equals).isPresent()) {
      control.tenures.put(order.id(), new Tenure(grant.number(), Optional.empty()));
    }
    order.replyTo().tell(held(order.id(), grant, Optional.empty()));
    return this;
  }

  private NodeProtocol.HoldReply held(InstanceId id, LeaseToken grant, Optional<Refused> refused) {
    return new NodeProtocol.HoldReply(id, grant, control.id, control.tenure(id).highest(), refused);
  }
}
