package io.remuda.registry.testing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.ddata.typed.javadsl.DistributedData;
import akka.cluster.ddata.typed.javadsl.Replicator;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Listing;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import io.remuda.registry.RegistryNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A real registry node of its own cluster, with quick timings, and words to talk to it. */
public final class TestRegistry implements AutoCloseable {

  /** How long a caller waits for an answer. */
  public static final Duration ASK = Duration.ofSeconds(30);

  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final NodeHome home;
  private final RegistryNode node;
  private final CompletableFuture<RegistryNode.End> end;

  private TestRegistry(NodeHome home, RegistryNode node, CompletableFuture<RegistryNode.End> end) {
    this.home = home;
    this.node = node;
    this.end = end;
  }

  public static TestRegistry start(Path data) {
    return start(data, Map.of());
  }

  /** Starts a node that forms its cluster alone; {@code more} overrides quick defaults. */
  public static TestRegistry start(Path data, Map<String, ?> more) {
    Config config =
        ConfigFactory.parseMap(more)
            .withFallback(
                ConfigFactory.parseString(
                    """
                    remuda.node { roles = [registry], bind = "127.0.0.1:%d", data = "%s" }
                    remuda.cluster { form = on, name = "test" }
                    remuda.journal.connection-timeout = 20s
                    remuda.liveness {
                      ping-interval = 200ms, suspect-after = 1500ms, lost-after = 4s
                      brake.machines = 1000
                    }
                    remuda.registry {
                      reconcile-interval = 100ms, resend-after = 500ms, unknown-after = 1s
                      wake-interval = 1s, refusal-hold = 300ms, describe-retry = 500ms
                      drain = 2s, failure-hold = 200ms, cordon-timeout = 2s, pause-limit = 1h
                    }
                    """
                        .formatted(FreePort.next(), data)))
            .withFallback(ConfigFactory.load())
            .resolve();
    NodeHome home = NodeHome.open(config);
    CompletableFuture<RegistryNode.End> end = new CompletableFuture<>();
    RegistryNode node = RegistryNode.start(NodeSettings.from(config), home, config, end::complete);
    return new TestRegistry(home, node, end);
  }

  public TestRegistry awaitReady() {
    Eventually.passes(
        "the registry is ready",
        LIMIT,
        () -> assertThat(node.status().notReadyBecause()).isEmpty());
    return this;
  }

  /**
   * Waits until the name is ready for the first time and the journal says so too: the catalog
   * follows what machines report and may be ahead of it.
   */
  public void awaitFirstReady(String name) {
    Eventually.passes(
        name + " is ready",
        LIMIT,
        () -> {
          assertThat(listing(name).map(Listing::phase)).hasValue(DeploymentPhase.READY);
          assertThat(events(0, Optional.of(name), Duration.ZERO))
              .extracting(EventView::kind)
              .contains("InstanceReady");
        });
  }

  public RegistryNode node() {
    return node;
  }

  /** How it ended, once it has ended by itself. */
  public CompletableFuture<RegistryNode.End> end() {
    return end;
  }

  public ActorSystem<Void> system() {
    return node.system().orElseThrow();
  }

  public FakeMachine.Control machine(String id) {
    return machine(new FakeMachine.Control(id));
  }

  public FakeMachine.Control machine(FakeMachine.Control control) {
    spawn(FakeMachine.create(control), "machine-" + control.id + "-" + System.nanoTime());
    return control;
  }

  public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    return system().systemActorOf(behavior, name, Props.empty());
  }

  public EntityRef<RegistryProtocol.Command> model(String name) {
    return ClusterSharding.get(system()).entityRefFor(RegistryProtocol.TYPE_KEY, name);
  }

  public EntityRef<MachineProtocol.Command> machineEntity(String id) {
    return ClusterSharding.get(system()).entityRefFor(MachineProtocol.TYPE_KEY, id);
  }

  public RegistryProtocol.Reply deploy(ModelSpec spec) {
    return deploy(spec, Optional.empty());
  }

  public RegistryProtocol.Reply deploy(ModelSpec spec, Optional<Long> ifMatch) {
    return get(
        model(spec.name().value())
            .<RegistryProtocol.Reply>ask(
                replyTo -> new RegistryProtocol.Deploy(spec, ifMatch, false, replyTo), ASK));
  }

  public RegistryProtocol.Registered register(ModelSpec spec, MachineId machine) {
    return get(
        model(spec.name().value())
            .<RegistryProtocol.Registered>ask(
                replyTo -> new RegistryProtocol.Register(spec, machine, replyTo), ASK));
  }

  public RegistryProtocol.Reply scale(String name, int replicas) {
    return get(
        model(name)
            .<RegistryProtocol.Reply>ask(
                replyTo -> new RegistryProtocol.Scale(new ModelName(name), replicas, replyTo),
                ASK));
  }

  public RegistryProtocol.Reply remove(String name) {
    return get(
        model(name)
            .<RegistryProtocol.Reply>ask(
                replyTo -> new RegistryProtocol.Remove(new ModelName(name), replyTo), ASK));
  }

  public RegistryProtocol.Reply show(String name) {
    return get(
        model(name)
            .<RegistryProtocol.Reply>ask(
                replyTo -> new RegistryProtocol.Get(new ModelName(name), replyTo), ASK));
  }

  public RegistryProtocol.Explained explain(String name) {
    return get(
        model(name)
            .<RegistryProtocol.Explained>ask(
                replyTo -> new RegistryProtocol.Explain(new ModelName(name), replyTo), ASK));
  }

  /** Sends {@code count} changes at once, without waiting for the first one's answer. */
  public List<CompletionStage<RegistryProtocol.Reply>> scaleAtOnce(String name, int count) {
    EntityRef<RegistryProtocol.Command> model = model(name);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                model.<RegistryProtocol.Reply>ask(
                    replyTo -> new RegistryProtocol.Scale(new ModelName(name), i % 2, replyTo),
                    ASK))
        .toList();
  }

  public AccessProtocol.Reply createKey(AccessProtocol.ApiKey key) {
    return keys(replyTo -> new AccessProtocol.CreateKey(key, replyTo));
  }

  public AccessProtocol.Reply revokeKey(KeyId id) {
    return keys(replyTo -> new AccessProtocol.RevokeKey(id, replyTo));
  }

  public AuditProtocol.Kept keep(AuditProtocol.Deed deed) {
    return get(
        ClusterSharding.get(system())
            .entityRefFor(AuditProtocol.TYPE_KEY, AuditProtocol.ENTITY_ID)
            .<AuditProtocol.Kept>ask(replyTo -> new AuditProtocol.Keep(deed, replyTo), ASK));
  }

  private AccessProtocol.Reply keys(
      akka.japi.function.Function<ActorRef<AccessProtocol.Reply>, AccessProtocol.Command> wish) {
    return get(
        ClusterSharding.get(system())
            .entityRefFor(AccessProtocol.TYPE_KEY, AccessProtocol.ENTITY_ID)
            .<AccessProtocol.Reply>ask(wish, ASK));
  }

  public MachineProtocol.Reply drain(MachineId machine) {
    return drain(machine, false);
  }

  /**
   * @param force also where something that runs there has no other place
   */
  public MachineProtocol.Reply drain(MachineId machine, boolean force) {
    return get(
        machineEntity(machine.value())
            .<MachineProtocol.Reply>ask(
                replyTo -> new MachineProtocol.Drain(machine, force, replyTo), ASK));
  }

  public MachineProtocol.Reply drainGpu(MachineId machine, String gpu) {
    return get(
        machineEntity(machine.value())
            .<MachineProtocol.Reply>ask(
                replyTo -> new MachineProtocol.DrainGpu(machine, gpu, false, replyTo), ASK));
  }

  public MachineProtocol.Reply cordon(MachineId machine) {
    return get(
        machineEntity(machine.value())
            .<MachineProtocol.Reply>ask(
                replyTo -> new MachineProtocol.Cordon(machine, replyTo), ASK));
  }

  public MachineProtocol.Reply uncordon(MachineId machine) {
    return get(
        machineEntity(machine.value())
            .<MachineProtocol.Reply>ask(
                replyTo -> new MachineProtocol.Uncordon(machine, replyTo), ASK));
  }

  public MachineProtocol.Reply label(
      MachineId machine, Map<String, String> labels, Set<String> removed) {
    return get(
        machineEntity(machine.value())
            .<MachineProtocol.Reply>ask(
                replyTo -> new MachineProtocol.SetLabels(machine, labels, removed, replyTo), ASK));
  }

  /** The name's line in the catalog. */
  public Optional<Listing> listing(String name) {
    var key = Catalog.key(Keys.shardOf(new ModelName(name)));
    Replicator.GetResponse<Catalog> response =
        get(
            AskPattern.<Replicator.Command, Replicator.GetResponse<Catalog>>ask(
                DistributedData.get(system()).replicator(),
                replyTo -> new Replicator.Get<>(key, Replicator.readLocal(), replyTo),
                ASK,
                system().scheduler()));
    return response instanceof Replicator.GetSuccess<Catalog> success
        ? success.get(key).get(new ModelName(name))
        : Optional.empty();
  }

  public List<EventView> events(long after, Optional<String> subject, Duration patience) {
    FleetProtocol.Events events =
        get(
            AskPattern.<FleetProtocol.Command, FleetProtocol.Events>ask(
                view(),
                replyTo -> new FleetProtocol.ReadEvents(after, 1000, subject, patience, replyTo),
                ASK,
                system().scheduler()));
    return events.events();
  }

  public <T> T askView(akka.japi.function.Function<ActorRef<T>, FleetProtocol.Command> question) {
    return get(AskPattern.ask(view(), question, ASK, system().scheduler()));
  }

  /** The view of this very node: another's may be going. */
  public ActorRef<FleetProtocol.Command> view() {
    return Eventually.find(
        "the fleet view is found",
        LIMIT,
        () ->
            get(
                    AskPattern
                        .<akka.actor.typed.receptionist.Receptionist.Command,
                            akka.actor.typed.receptionist.Receptionist.Listing>
                            ask(
                                system().receptionist(),
                                replyTo ->
                                    akka.actor.typed.receptionist.Receptionist.find(
                                        FleetProtocol.FLEET_KEY, replyTo),
                                ASK,
                                system().scheduler()))
                .getServiceInstances(FleetProtocol.FLEET_KEY)
                .stream()
                .filter(view -> view.path().address().host().isEmpty())
                .findFirst());
  }

  public static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(2 * ASK.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    node.close();
    home.close();
  }
}
