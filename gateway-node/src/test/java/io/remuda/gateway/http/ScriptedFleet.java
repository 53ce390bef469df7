package io.remuda.gateway.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.sharding.typed.HashCodeMessageExtractor;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.limit.TenantLimits;
import io.remuda.protocol.model.AliasView;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.Explanation;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.MachineView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.TaskFacet;
import io.remuda.protocol.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A registry that answers by script, in a real cluster of one node: sharding, receptionist and asks
 * are Akka's own. A deployment named "silent" is never answered.
 */
public final class ScriptedFleet implements AutoCloseable {

  public static final MachineId MACHINE = new MachineId("a1b2c3d4e5f6");
  static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

  private static final int KEYS_ON_A_PAGE = 3;

  private final Map<ModelName, DeploymentView> deployments = new ConcurrentHashMap<>();
  private final Map<ModelName, AliasView> aliases = new ConcurrentHashMap<>();
  private final Map<ModelName, ModelName> takers = new ConcurrentHashMap<>();
  private final List<EventView> events = new CopyOnWriteArrayList<>();
  private final Map<String, ApiKey> keys = new ConcurrentSkipListMap<>();
  private final Map<String, TenantLimits> tenants = new ConcurrentSkipListMap<>();

  /** What was used, and what was asked of it. */
  final List<UsageProtocol.Line> usage = new CopyOnWriteArrayList<>();

  final List<UsageProtocol.Read> reads = new CopyOnWriteArrayList<>();
  private final AtomicBoolean gpuCordoned = new AtomicBoolean();

  /** Whether the last drain was one that takes the last place too. */
  final AtomicBoolean forced = new AtomicBoolean();

  private final Map<MachineId, Boolean> cordoned = new ConcurrentHashMap<>();
  private final Map<String, String> labels = new ConcurrentHashMap<>(Map.of("zone", "a"));
  private final List<Patient> waiting = new CopyOnWriteArrayList<>();
  private final AtomicBoolean losesNextReply;

  /** What it says of leases. */
  final ScriptedLeases leases = new ScriptedLeases();

  /** Whether it tells the first keys, whichever it is asked for. */
  volatile boolean repeatsKeys;

  /** What the audit was told, in its order. */
  final List<AuditProtocol.Deed> deeds = new CopyOnWriteArrayList<>();

  volatile boolean losesDeeds;

  private final AtomicInteger runs = new AtomicInteger();
  private final ActorSystem<Void> system;

  private record Patient(FleetProtocol.ReadEvents question) {}

  /** A fleet whose guardian also runs {@code more}, such as a gateway's own guardian. */
  public static ScriptedFleet start(Behavior<Void> more) throws Exception {
    return new ScriptedFleet(more, false);
  }

  /** One whose reply to the first key that is made gets lost: the key is kept all the same. */
  public static ScriptedFleet startLosingTheFirstReply(Behavior<Void> more) throws Exception {
    return new ScriptedFleet(more, true);
  }

  private ScriptedFleet(Behavior<Void> more, boolean losesFirstReply) throws Exception {
    this.losesNextReply = new AtomicBoolean(losesFirstReply);
    this.system =
        ActorSystem.create(
            Behaviors.<Void>setup(
                context -> {
                  ClusterSharding sharding = ClusterSharding.get(context.getSystem());
                  sharding.init(
                      Entity.of(RegistryProtocol.TYPE_KEY, entity -> deployment())
                          .withRole("registry")
                          .withMessageExtractor(
                              new HashCodeMessageExtractor<>(RegistryProtocol.SHARDS)));
                  sharding.init(
                      Entity.of(MachineProtocol.TYPE_KEY, entity -> machine())
                          .withRole("registry")
                          .withMessageExtractor(
                              new HashCodeMessageExtractor<>(RegistryProtocol.SHARDS)));
                  sharding.init(
                      Entity.of(AccessProtocol.TYPE_KEY, entity -> access())
                          .withRole("registry")
                          .withMessageExtractor(
                              new HashCodeMessageExtractor<>(RegistryProtocol.SHARDS)));
                  sharding.init(
                      Entity.of(AuditProtocol.TYPE_KEY, entity -> audit())
                          .withRole("registry")
                          .withMessageExtractor(
                              new HashCodeMessageExtractor<>(RegistryProtocol.SHARDS)));
                  sharding.init(
                      Entity.of(UsageProtocol.TYPE_KEY, entity -> usage())
                          .withRole("registry")
                          .withMessageExtractor(
                              new HashCodeMessageExtractor<>(RegistryProtocol.SHARDS)));
                  sharding.init(
                      Entity.of(LeaseProtocol.TYPE_KEY, entity -> leases.entity())
                          .withRole("registry")
                          .withMessageExtractor(
                              new HashCodeMessageExtractor<>(RegistryProtocol.SHARDS)));
                  ActorRef<FleetProtocol.Command> view = context.spawn(fleetView(), "fleet-view");
                  context
                      .getSystem()
                      .receptionist()
                      .tell(Receptionist.register(FleetProtocol.FLEET_KEY, view));
                  context.spawn(more, "more");
                  return Behaviors.empty();
                }),
            "scripted",
            config());
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
  }

  private static Config config() {
    return ConfigFactory.parseString(
            """
            akka.actor.provider = cluster
            akka.cluster.roles = [registry, gateway]
            akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
            akka.cluster.jmx.enabled = off
            akka.loglevel = WARNING
            """)
        .withFallback(ConfigFactory.load());
  }

  public ActorSystem<Void> system() {
    return system;
  }

  /** Runs {@code more} beside it from now on, such as the next gateway's own guardian. */
  public void runs(Behavior<Void> more) {
    system.systemActorOf(more, "more-" + runs.incrementAndGet(), Props.empty());
  }

  /** An instance of {@code name} gave its place to {@code taker}, and wants it back. */
  void gaveWay(ModelName name, ModelName taker) {
    takers.put(name, taker);
    String why = "requests wait for it, its priority is 0, that of %s 5".formatted(taker);
    events.add(
        new EventView(
            events.size() + 1L,
            THEN,
            "GaveWay",
            name.value(),
            "%s-1 gives its place to %s on m1: %s".formatted(name, taker, why),
            Map.of("to", taker.value(), "why", why),
            List.of()));
  }

  /** The story goes on. */
  void happens(String kind, String subject, String text) {
    synchronized (waiting) {
      events.add(
          new EventView(
              events.size() + 1L, THEN, kind, subject, text, Map.of("by", "script"), List.of()));
      List<Patient> answered = new ArrayList<>(waiting);
      waiting.clear();
      answered.forEach(patient -> answer(patient.question()));
    }
  }

  @Override
  public void close() throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private Behavior<RegistryProtocol.Command> deployment() {
    return Behaviors.receiveMessage(
        message -> {
          if (message instanceof RegistryProtocol.Deploy deploy) {
            if (!deploy.spec().name().value().equals("silent")) {
              deploy.replyTo().tell(deployed(deploy));
            }
          } else if (message instanceof RegistryProtocol.Scale scale) {
            scale.replyTo().tell(scaled(scale));
          } else if (message instanceof RegistryProtocol.RollBack back) {
            back.replyTo().tell(rolledBack(back.name()));
          } else if (message instanceof RegistryProtocol.Promote promote) {
            promote.replyTo().tell(canary(promote.name(), OptionalInt.empty()));
          } else if (message instanceof RegistryProtocol.SetCanary weigh) {
            weigh.replyTo().tell(canary(weigh.name(), OptionalInt.of(weigh.percent())));
          } else if (message instanceof RegistryProtocol.ForeseeDeploy wish) {
            wish.replyTo().tell(foreseen(wish.spec()));
          } else if (message instanceof RegistryProtocol.RetryOn retry) {
            retry.replyTo().tell(found(retry.name()));
          } else if (message instanceof RegistryProtocol.SetAlias set) {
            set.replyTo().tell(aliased(set));
          } else if (message instanceof RegistryProtocol.GetAlias get) {
            get.replyTo().tell(alias(Optional.ofNullable(aliases.get(get.name()))));
          } else if (message instanceof RegistryProtocol.RemoveAlias remove) {
            remove.replyTo().tell(alias(Optional.ofNullable(aliases.remove(remove.name()))));
          } else if (message instanceof RegistryProtocol.Remove remove) {
            remove.replyTo().tell(removed(remove.name()));
          } else if (message instanceof RegistryProtocol.Get get) {
            if (!get.name().value().equals("silent")) {
              get.replyTo().tell(found(get.name()));
            }
          } else if (message instanceof RegistryProtocol.Explain explain) {
            explain
                .replyTo()
                .tell(
                    new RegistryProtocol.Explained(
                        Optional.of(
                            new Explanation(
                                explain.name(),
                                DeploymentPhase.PENDING,
                                Optional.of(lacking(explain.name()).orElse("no machine has room")),
                                1,
                                List.of(),
                                List.of(verdict(explain.name())),
                                List.copyOf(events),
                                Optional.empty())),
                        Optional.empty()));
          }
          return Behaviors.same();
        });
  }

  private RegistryProtocol.AliasReply aliased(RegistryProtocol.SetAlias set) {
    if (deployments.containsKey(set.name())) {
      return RegistryProtocol.AliasReply.refused(
          Refused.of(ErrorCode.INVALID_REQUEST, set.name() + " is a deployment"));
    }
    Optional<AliasView> before = Optional.ofNullable(aliases.get(set.name()));
    if (set.ifMatch().isPresent() && !set.ifMatch().equals(before.map(AliasView::version))) {
      return RegistryProtocol.AliasReply.refused(
          Refused.of(ErrorCode.STALE_VERSION, "it is at another version"));
    }
    long version = before.map(AliasView::version).orElse(0L) + 1;
    AliasView view = new AliasView(set.name(), set.target(), version, THEN);
    aliases.put(set.name(), view);
    return RegistryProtocol.AliasReply.of(view);
  }

  private static RegistryProtocol.AliasReply alias(Optional<AliasView> view) {
    return view.map(RegistryProtocol.AliasReply::of)
        .orElseGet(
            () ->
                RegistryProtocol.AliasReply.refused(
                    Refused.of(ErrorCode.NOT_FOUND, "it is no alias")));
  }

  private RegistryProtocol.Reply deployed(RegistryProtocol.Deploy deploy) {
    DeploymentView before = deployments.get(deploy.spec().name());
    if (before != null && !before.spec().equals(deploy.spec())) {
      if (deploy.ifMatch().isEmpty()) {
        return new RegistryProtocol.Reply(
            Optional.of(before),
            Optional.of(Refused.of(ErrorCode.SPEC_CONFLICT, "it is declared otherwise")));
      }
      if (deploy.ifMatch().get() != before.version()) {
        return RegistryProtocol.Reply.refused(
            Refused.of(ErrorCode.STALE_VERSION, "it is at version " + before.version()));
      }
    }
    long version = before == null ? 1 : before.version() + 1;
    DeploymentView view = view(deploy.spec(), version, DeploymentPhase.READY);
    deployments.put(view.name(), view);
    return RegistryProtocol.Reply.of(view);
  }

  private RegistryProtocol.Reply scaled(RegistryProtocol.Scale scale) {
    DeploymentView before = deployments.get(scale.name());
    if (before == null) {
      return unknown(scale.name());
    }
    DeploymentView view =
        view(
            before.spec().withReplicas(scale.replicas()),
            before.version() + 1,
            scale.replicas() == 0 ? DeploymentPhase.STOPPED : DeploymentPhase.READY);
    deployments.put(view.name(), view);
    return RegistryProtocol.Reply.of(view);
  }

  private RegistryProtocol.Reply rolledBack(ModelName name) {
    DeploymentView view = deployments.get(name);
    return view == null
        ? unknown(name)
        : RegistryProtocol.Reply.refused(
            Refused.of(ErrorCode.ROLLOUT_CONFLICT, "no rollout of it is going on"));
  }

  /** What is declared with a canary is one until it is promoted. */
  private RegistryProtocol.Reply canary(ModelName name, OptionalInt percent) {
    DeploymentView before = deployments.get(name);
    if (before == null) {
      return unknown(name);
    }
    if (before.spec().policies().rollout().canary().isEmpty()) {
      return RegistryProtocol.Reply.refused(
          Refused.of(ErrorCode.ROLLOUT_CONFLICT, "no version of it is a canary now"));
    }
    RolloutWish wish = new RolloutWish(RolloutWish.Strategy.AUTO, 1, Optional.empty(), percent);
    DeploymentView view =
        view(
            before.spec().withPolicies(new Policies(Optional.empty(), wish)),
            before.version() + 1,
            DeploymentPhase.READY);
    deployments.put(name, view);
    return RegistryProtocol.Reply.of(view);
  }

  private RegistryProtocol.Reply found(ModelName name) {
    DeploymentView view = deployments.get(name);
    return view == null
        ? unknown(name)
        : RegistryProtocol.Reply.of(view(view.spec(), view.version(), view.phase(), lacking(name)));
  }

  /** What is said of one whose parts are not there. */
  private Optional<String> lacking(ModelName name) {
    return Optional.ofNullable(deployments.get(name))
        .flatMap(
            view ->
                view.spec().policies().needs().stream()
                    .filter(part -> !deployments.containsKey(part))
                    .findFirst())
        .map(part -> PartWords.lacks(part, "not deployed"));
  }

  private RegistryProtocol.Reply removed(ModelName name) {
    List<ModelName> users =
        deployments.values().stream()
            .filter(view -> view.spec().policies().needs().contains(name))
            .map(DeploymentView::name)
            .toList();
    if (!users.isEmpty()) {
      return RegistryProtocol.Reply.refused(
          Refused.of(
              ErrorCode.IN_USE,
              name + " cannot be removed: it " + PartWords.partOf(users) + "; take it out"));
    }
    DeploymentView gone = deployments.remove(name);
    return gone == null
        ? unknown(name)
        : RegistryProtocol.Reply.of(view(gone.spec(), gone.version(), DeploymentPhase.ENDED));
  }

  private static RegistryProtocol.Reply unknown(ModelName name) {
    return RegistryProtocol.Reply.refused(
        Refused.of(ErrorCode.MODEL_NOT_FOUND, "there is no deployment " + name));
  }

  static DeploymentView view(ModelSpec spec, long version, DeploymentPhase phase) {
    return view(spec, version, phase, Optional.empty());
  }

  private static DeploymentView view(
      ModelSpec spec, long version, DeploymentPhase phase, Optional<String> reason) {
    List<InstanceView> instances = new ArrayList<>();
    for (int at = 1; at <= spec.replicas() && phase != DeploymentPhase.ENDED; at++) {
      instances.add(instance(new InstanceId(spec.name(), at)));
    }
    return new DeploymentView(
        spec.name(),
        spec,
        version,
        phase,
        instances.size(),
        reason,
        instances,
        THEN,
        false,
        Optional.empty(),
        Optional.empty());
  }

  static InstanceView instance(InstanceId id) {
    return new InstanceView(
        id.model(),
        id,
        MACHINE,
        "jvm",
        Phase.READY,
        OptionalLong.of(4242),
        OptionalInt.of(9000),
        1,
        0,
        4,
        2,
        Optional.empty(),
        OptionalDouble.empty(),
        new Resources(0, 64, 0.5, 0),
        Optional.of(TaskFacet.off("the broker cannot be reached")));
  }

  private Behavior<MachineProtocol.Command> machine() {
    return Behaviors.receiveMessage(
        message -> {
          if (message instanceof MachineProtocol.Cordon cordon) {
            cordoned.put(cordon.machine(), true);
            reply(cordon.machine(), cordon.replyTo());
          } else if (message instanceof MachineProtocol.Uncordon uncordon) {
            cordoned.put(uncordon.machine(), false);
            reply(uncordon.machine(), uncordon.replyTo());
          } else if (message instanceof MachineProtocol.Drain drain) {
            cordoned.put(drain.machine(), true);
            forced.set(drain.force());
            reply(drain.machine(), drain.replyTo());
          } else if (message instanceof MachineProtocol.DrainGpu drain) {
            gpuCordoned.set(true);
            forced.set(drain.force());
            reply(drain.machine(), drain.replyTo());
          } else if (message instanceof MachineProtocol.Foresee wish) {
            wish.replyTo().tell(foreseen(wish));
          } else if (message instanceof MachineProtocol.CordonGpu cordon) {
            gpuCordoned.set(true);
            reply(cordon.machine(), cordon.replyTo());
          } else if (message instanceof MachineProtocol.UncordonGpu uncordon) {
            gpuCordoned.set(false);
            reply(uncordon.machine(), uncordon.replyTo());
          } else if (message instanceof MachineProtocol.SetLabels change) {
            labels.putAll(change.labels());
            change.removed().forEach(labels::remove);
            reply(change.machine(), change.replyTo());
          } else if (message instanceof MachineProtocol.Get get) {
            reply(get.machine(), get.replyTo());
          }
          return Behaviors.same();
        });
  }

  /** Of the name that gave way, another one's instance is in the way now. */
  private Verdict verdict(ModelName name) {
    String text =
        Optional.ofNullable(takers.get(name))
            .map(taker -> "5 free; in place of %s-3: pinned".formatted(taker))
            .orElse("needs 10, 5 free");
    return new Verdict(MACHINE, false, true, "memory", text);
  }

  /** It comes as it is declared; that which gave way takes its place back. */
  private RegistryProtocol.Foreseen foreseen(ModelSpec spec) {
    Optional<ModelName> taker = Optional.ofNullable(takers.get(spec.name()));
    List<Forecast.Move> moves = taker.stream().map(in -> comesBack(spec.name(), in)).toList();
    List<Forecast> others =
        taker.stream()
            .map(
                other ->
                    new Forecast(
                        other,
                        1,
                        0,
                        Optional.of("gave way to " + spec.name()),
                        List.of(),
                        List.of()))
            .toList();
    int wanted = spec.replicas();
    return new RegistryProtocol.Foreseen(
        Optional.of(
            new Forecast(spec.name(), wanted, wanted, Optional.empty(), moves, List.of(), others)),
        List.of(),
        Optional.empty());
  }

  private static Forecast.Move comesBack(ModelName name, ModelName taker) {
    InstanceId first = new InstanceId(taker, 3);
    InstanceId second = new InstanceId(taker, 4);
    return new Forecast.Move(
        Forecast.Kind.NEW,
        Optional.empty(),
        Optional.empty(),
        Optional.of(new InstanceId(name, 2)),
        Optional.of(MACHINE),
        "starts on m1 in place of %s, %s".formatted(first, second),
        List.of(first, second));
  }

  /** One instance that has no other place. */
  private static MachineProtocol.Foreseen foreseen(MachineProtocol.Foresee wish) {
    Forecast.Move move =
        new Forecast.Move(
            Forecast.Kind.STAYS,
            Optional.of(InstanceId.of("foreseen-3")),
            Optional.of(wish.machine()),
            Optional.empty(),
            Optional.empty(),
            wish.kind() + wish.gpu().map(" of GPU "::concat).orElse(""));
    return new MachineProtocol.Foreseen(
        List.of(
            new Forecast(
                new ModelName("foreseen"),
                1,
                1,
                Optional.empty(),
                List.of(move),
                List.of(),
                List.of(
                    new Forecast(
                        new ModelName("gives-way"),
                        1,
                        0,
                        Optional.of("gave way to foreseen"),
                        List.of(),
                        List.of())))),
        Optional.empty());
  }

  private void reply(MachineId machine, ActorRef<MachineProtocol.Reply> replyTo) {
    replyTo.tell(
        machine.equals(MACHINE)
            ? new MachineProtocol.Reply(Optional.of(machineView()), Optional.empty())
            : new MachineProtocol.Reply(
                Optional.empty(),
                Optional.of(Refused.of(ErrorCode.NOT_FOUND, "there is no such machine"))));
  }

  private MachineView machineView() {
    Gpu gpu =
        new Gpu(
            0,
            "GPU-1",
            "Test",
            8_192,
            1_000,
            2_000,
            OptionalDouble.of(12),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            true,
            gpuCordoned.get());
    return new MachineView(
        MACHINE,
        true,
        cordoned.getOrDefault(MACHINE, false),
        false,
        Optional.of(
            new NodeReport(
                MACHINE,
                1,
                1,
                "host-1",
                "127.0.0.1:1",
                labels,
                false,
                true,
                Optional.empty(),
                new Capacity(1_000, 100, 4, 1, List.of(gpu)),
                List.of(
                    new EngineOffer("jvm", true, Optional.of("17"), Optional.empty()),
                    new EngineOffer("vllm", false, Optional.empty(), Optional.of("not found"))),
                List.of())),
        Set.of());
  }

  private Behavior<AuditProtocol.Command> audit() {
    return Behaviors.receiveMessage(
        message -> {
          if (message instanceof AuditProtocol.Keep keep && !losesDeeds) {
            deeds.add(keep.deed());
            keep.replyTo().tell(new AuditProtocol.Kept(Optional.empty()));
          }
          return Behaviors.same();
        });
  }

  /** Deeds are no part of the story here: tests of that count its lines. */
  private List<EventView> told(Optional<String> subject) {
    if (!subject.equals(Optional.of(AuditProtocol.SUBJECT))) {
      return events.stream()
          .filter(event -> subject.map(event.subject()::equals).orElse(true))
          .toList();
    }
    List<EventView> kept = new ArrayList<>();
    for (AuditProtocol.Deed deed : deeds) {
      Map<String, String> details = new HashMap<>();
      details.put("caller", deed.caller());
      deed.tenant().ifPresent(tenant -> details.put("tenant", tenant));
      details.put("operation", deed.operation());
      details.put("path", deed.path());
      details.put("status", Integer.toString(deed.status()));
      deed.code().ifPresent(code -> details.put("code", code));
      details.put("requestId", deed.requestId());
      kept.add(
          new EventView(
              kept.size() + 1L, THEN, "Operated", AuditProtocol.SUBJECT, "", details, List.of()));
    }
    return kept;
  }

  private Behavior<AccessProtocol.Command> access() {
    return Behaviors.receiveMessage(
        message -> {
          if (message instanceof AccessProtocol.CreateKey create) {
            keys.put(create.key().id().value(), create.key());
            if (!losesNextReply.getAndSet(false)) {
              create
                  .replyTo()
                  .tell(new AccessProtocol.Reply(List.of(create.key()), Optional.empty()));
            }
          } else if (message instanceof AccessProtocol.RevokeKey revoke) {
            ApiKey key = keys.get(revoke.id().value());
            if (key == null) {
              revoke
                  .replyTo()
                  .tell(
                      new AccessProtocol.Reply(
                          List.of(), Optional.of(Refused.of(ErrorCode.NOT_FOUND, "no such key"))));
            } else {
              ApiKey revoked = key.revokedAt(key.version() + 1);
              keys.put(revoke.id().value(), revoked);
              revoke.replyTo().tell(new AccessProtocol.Reply(List.of(revoked), Optional.empty()));
            }
          } else if (message instanceof AccessProtocol.RotateKey rotate) {
            ApiKey before = Objects.requireNonNull(keys.get(rotate.id().value()));
            ApiKey rotated =
                before.rotatedAt(
                    before.version() + 1, rotate.secretHash(), rotate.oldUntil(), Instant.now());
            keys.put(rotate.id().value(), rotated);
            rotate.replyTo().tell(new AccessProtocol.Reply(List.of(rotated), Optional.empty()));
          } else if (message instanceof AccessProtocol.LimitKey limit) {
            ApiKey before = Objects.requireNonNull(keys.get(limit.id().value()));
            ApiKey limited = before.limitedAt(before.version() + 1, limit.limits());
            keys.put(limit.id().value(), limited);
            limit.replyTo().tell(new AccessProtocol.Reply(List.of(limited), Optional.empty()));
          } else if (message instanceof AccessProtocol.LimitTenant limit) {
            TenantLimits limited =
                new TenantLimits(limit.tenant(), limit.limits(), tenants.size() + 1);
            tenants.put(limit.tenant(), limited);
            limit
                .replyTo()
                .tell(new AccessProtocol.TenantReply(List.of(limited), Optional.empty()));
          } else if (message instanceof AccessProtocol.ListTenants list) {
            list.replyTo()
                .tell(
                    new AccessProtocol.TenantReply(
                        List.copyOf(tenants.values()), Optional.empty()));
          } else if (message instanceof AccessProtocol.ListKeys list) {
            list.replyTo()
                .tell(
                    new AccessProtocol.Reply(
                        keys.values().stream()
                            .filter(
                                key ->
                                    repeatsKeys
                                        || list.after().stream()
                                            .allMatch(last -> key.id().compareTo(last) > 0))
                            .limit(KEYS_ON_A_PAGE)
                            .toList(),
                        Optional.empty()));
          }
          return Behaviors.same();
        });
  }

  /** Tells of all that is asked for what {@link #usage} has, two lines at a time. */
  private Behavior<UsageProtocol.Command> usage() {
    return Behaviors.receiveMessage(
        message -> {
          if (message instanceof UsageProtocol.Read read) {
            reads.add(read);
            int end = Math.min(usage.size(), read.skip() + 2);
            read.replyTo()
                .tell(
                    new UsageProtocol.Lines(
                        usage.subList(Math.min(read.skip(), end), end),
                        end < usage.size(),
                        Optional.empty()));
          }
          return Behaviors.same();
        });
  }

  private Behavior<FleetProtocol.Command> fleetView() {
    return Behaviors.receive(
        (context, message) -> {
          if (message instanceof FleetProtocol.ListMachines list) {
            list.replyTo().tell(new FleetProtocol.Machines(List.of(machineView())));
          } else if (message instanceof FleetProtocol.ConfirmLoss confirm) {
            confirm.replyTo().tell(new FleetProtocol.LossConfirmed(List.of(MACHINE)));
          } else if (message instanceof FleetProtocol.ListInstances list) {
            list.replyTo()
                .tell(
                    new FleetProtocol.Instances(
                        deployments.values().stream()
                            .flatMap(view -> view.instances().stream())
                            .toList()));
          } else if (message instanceof FleetProtocol.ReadNewest read) {
            read.replyTo().tell(newest(read));
          } else if (message instanceof FleetProtocol.ReadEvents read) {
            synchronized (waiting) {
              boolean nothing = events.size() <= read.after();
              if (nothing && read.patience().compareTo(Duration.ZERO) > 0) {
                waiting.add(new Patient(read));
                context.scheduleOnce(
                    read.patience(),
                    context.getSelf(),
                    new FleetProtocol.ReadEvents(
                        read.after(), read.limit(), read.subject(), Duration.ZERO, read.replyTo()));
              } else {
                answer(read);
              }
            }
          }
          return Behaviors.same();
        });
  }

  private FleetProtocol.Events newest(FleetProtocol.ReadNewest read) {
    List<EventView> some = told(read.subject());
    return new FleetProtocol.Events(
        some.subList(Math.max(0, some.size() - read.limit()), some.size()), Optional.empty());
  }

  private void answer(FleetProtocol.ReadEvents read) {
    read.replyTo()
        .tell(
            new FleetProtocol.Events(
                told(read.subject()).stream()
                    .filter(event -> event.offset() > read.after())
                    .limit(read.limit())
                    .toList(),
                Optional.empty()));
  }
}
