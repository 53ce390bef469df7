package io.remuda.node;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.ddata.typed.javadsl.DistributedData;
import akka.cluster.ddata.typed.javadsl.Replicator;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Keys;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A whole model node that forms its fleet alone, with the test in the registry's place. */
final class RunningNode implements AutoCloseable {

  static final JournalId JOURNAL = new JournalId("0011aabb");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Limits that only a machine that stands still for long reaches; no test is about them. */
  private static final Map<String, String> PATIENCE =
      Map.of(
          "remuda.node.engine.start-limit", "60s",
          "remuda.node.engine.end-limit", "60s",
          "remuda.node.sdk.describe-limit", "60s",
          "remuda.node.shutdown-limit", "60s");

  final ModelNode node;
  private final NodeHome home;
  private TestProbe<FleetProtocol.Command> fleet;
  private ActorSystem<Void> system;

  private RunningNode(ModelNode node, NodeHome home) {
    this.node = node;
    this.home = home;
    this.system = joined();
    this.fleet = listen();
  }

  static RunningNode start(Path data, Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(PATIENCE);
    all.putAll(settings);
    all.put("remuda.node.data", data.toString());
    all.put("remuda.cluster.form", true);
    all.put("remuda.node.engine.commands.scripted", ScriptedEngine.command());
    all.put("remuda.node.engine.commands.broken", ScriptedEngine.command("exit"));
    all.put("remuda.node.engine.commands.greedy", ScriptedEngine.command("no-memory"));
    all.put("remuda.node.engine.commands.missing", java.util.List.of("/no/such/program"));
    all.put("remuda.node.capacity.memory", "4GiB");
    all.put("remuda.node.capacity.cpus", 4);
    Config config = StrictConfig.load(Optional.empty(), ConfigFactory.parseMap(all));
    NodeHome home = NodeHome.open(config);
    return new RunningNode(
        ModelNode.start(
            NodeSettings.from(config).withRoles(Set.of("registry", "model")), home, config),
        home);
  }

  private ActorSystem<Void> joined() {
    try {
      return node.cluster()
          .orElseThrow()
          .joined()
          .toCompletableFuture()
          .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("the node has not joined", e);
    }
  }

  /** Waits for the next cluster system after one was downed, and listens there. */
  void listenAgain() {
    ActorSystem<Void> before = system;
    Eventually.isTrue(
        "a new cluster system",
        LIMIT,
        () -> {
          system = joined();
          return system != before && node.cluster().orElseThrow().isUp();
        });
    fleet = listen();
  }

  private TestProbe<FleetProtocol.Command> listen() {
    TestProbe<FleetProtocol.Command> probe = TestProbe.create(FleetProtocol.Command.class, system);
    system.receptionist().tell(Receptionist.register(FleetProtocol.FLEET_KEY, probe.getRef()));
    return probe;
  }

  ActorSystem<Void> system() {
    return system;
  }

  FleetProtocol.Report report() {
    return fleet.expectMessageClass(FleetProtocol.Report.class, LIMIT);
  }

  ActorRef<NodeProtocol.Command> agent() {
    return report().agent();
  }

  /** Tells the machine its state, as a registry does when one joins, until it takes work. */
  void settle() {
    TestProbe<NodeProtocol.MachineStateSet> reply =
        TestProbe.create(NodeProtocol.MachineStateSet.class, system);
    agent()
        .tell(
            new NodeProtocol.SetMachineState(
                JOURNAL, 1, false, Map.of(), Set.of(), reply.getRef()));
    reply.receiveMessage(LIMIT);
    // It has to have looked at its GPUs too.
    Eventually.isTrue("the machine is settled", LIMIT, () -> report().report().settled());
  }

  NodeProtocol.StartReply start(ModelSpec spec, long number, Resources claim) {
    TestProbe<NodeProtocol.StartReply> reply =
        TestProbe.create(NodeProtocol.StartReply.class, system);
    agent()
        .tell(
            new NodeProtocol.StartInstance(
                new InstanceId(spec.name(), number),
                number,
                JOURNAL,
                spec,
                claim,
                0,
                Optional.empty(),
                reply.getRef()));
    return reply.receiveMessage(LIMIT);
  }

  NodeProtocol.StopReply stop(InstanceId id) {
    TestProbe<NodeProtocol.StopReply> reply =
        TestProbe.create(NodeProtocol.StopReply.class, system);
    agent()
        .tell(
            new NodeProtocol.StopInstance(
                id, id.number(), JOURNAL, Duration.ofSeconds(2), reply.getRef()));
    return reply.receiveMessage(LIMIT);
  }

  /** The first report in which the instance is in {@code phase}. */
  InstanceReport await(InstanceId id, Phase phase) {
    return Eventually.find(
        id + " " + phase,
        LIMIT,
        () ->
            report().report().instances().stream()
                .filter(instance -> instance.id().equals(id) && instance.phase() == phase)
                .findFirst());
  }

  static ModelSpec spec(String name, String command) {
    return ModelSpec.of(new ModelName(name), "command", Optional.of(command));
  }

  /** The machine's own word on an instance, asked for by ping. */
  Optional<InstanceReport> ping(InstanceId id) {
    TestProbe<NodeProtocol.Pong> reply = TestProbe.create(NodeProtocol.Pong.class, system);
    agent().tell(new NodeProtocol.Ping(1, java.util.List.of(id), reply.getRef()));
    return reply.receiveMessage(LIMIT).instances().stream().findFirst();
  }

  NodeProtocol.Described describe(ModelSpec spec) {
    TestProbe<NodeProtocol.Described> reply =
        TestProbe.create(NodeProtocol.Described.class, system);
    agent().tell(new NodeProtocol.DescribeModel(spec, reply.getRef()));
    return reply.receiveMessage(LIMIT);
  }

  /** The table of routes that has {@code id}, as this node's replica holds it. */
  Optional<Route> route(InstanceId id) {
    TestProbe<Replicator.GetResponse<RouteTable>> reply = TestProbe.create(system);
    DistributedData.get(system)
        .replicator()
        .tell(
            new Replicator.Get<>(
                RouteTable.key(Keys.shardOf(id.model())), Replicator.readLocal(), reply.getRef()));
    return reply.receiveMessage(LIMIT) instanceof Replicator.GetSuccess<RouteTable> found
        ? found.get(RouteTable.key(Keys.shardOf(id.model()))).get(id)
        : Optional.empty();
  }

  /** Ends the JVM's part without a word to anybody, as far as that can be done inside a JVM. */
  void abandon() {
    node.abandon();
    home.close();
  }

  @Override
  public void close() {
    node.close();
    home.close();
  }
}
