package io.remuda.deploy.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.InstanceStopped;
import io.remuda.deploy.check.Observation.MachineSample;
import io.remuda.deploy.check.Observation.MachineSize;
import io.remuda.node.agent.AgentMemory;
import io.remuda.node.agent.AgentSettings;
import io.remuda.node.agent.CapacityLedger;
import io.remuda.node.agent.GpuWatching;
import io.remuda.node.agent.NodeAgent;
import io.remuda.node.agent.NodePort;
import io.remuda.node.gpu.GpuLocks;
import io.remuda.node.gpu.GpuProbe;
import io.remuda.node.gpu.GpuSettings;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.InstanceFolder;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.node.instance.InstanceSettings;
import io.remuda.node.instance.StartTimes;
import io.remuda.node.instance.Surroundings;
import io.remuda.node.instance.TaskDesk;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;

/**
 * One machine: its real agent and instances on scripted engines. Its door to the fleet is a wire,
 * where a node has a {@code NodePort}, which needs a cluster.
 */
final class Machine {

  private static final double CPUS = 64;
  private static final Duration DISK = Duration.ofMillis(20);

  private final Stage stage;
  private final MachineId id;
  private final long memoryMiB;
  private final NodeHome home;
  private final InstanceFolder folders;
  private final ScriptedEngines engines;
  private final Set<InstanceId> there = new TreeSet<>();
  private final Set<InstanceId> shown = new TreeSet<>();
  private final Set<InstanceId> takenUp = new HashSet<>();
  private Optional<NodeReport> last = Optional.empty();
  private List<ActorRef<?>> actors = List.of();
  private Duration ahead = Duration.ZERO;
  private int life;

  Machine(Stage stage, MachineId id, long memoryMiB, Path folder) {
    this.stage = stage;
    this.id = id;
    this.memoryMiB = memoryMiB;
    this.home =
        NodeHome.open(
            StrictConfig.load(
                Optional.empty(),
                ConfigFactory.parseMap(Map.of("remuda.node.data", folder.toString()))));
    this.folders = new InstanceFolder(folder.resolve("instances"));
    this.engines = new ScriptedEngines(stage, id.value(), this::taken);
    stage.tale().see(new MachineSize(stage.now(), id, memoryMiB, CPUS, Map.of()));
    start();
  }

  MachineId id() {
    return id;
  }

  ScriptedEngines engines() {
    return engines;
  }

  /** Somebody sets its wall clock, so far ahead of everybody's, or behind. */
  void setsClock(Duration difference) {
    stage.tale().tell(id.value(), "its clock is " + difference + " off");
    ahead = difference;
  }

  /** Its agent begins, and takes up what a former one has left. */
  void start() {
    try {
      int now = ++life;
      List<Kept> left = folders.read();
      left.forEach(kept -> takenUp.add(kept.assignment().id()));
      // What its former agent had accepted and not written yet is gone with it.
      List.copyOf(there).stream().filter(one -> !takenUp.contains(one)).forEach(this::gone);
      ActorRef<NodeAgent.Command> agent =
          stage
              .theatre()
              .spawn(
                  NodeAgent.create(
                      settings(),
                      engines,
                      surroundings(now),
                      AgentMemory.open(home),
                      gpus(now),
                      CapacityLedger.of(memoryMiB, CPUS),
                      () -> left));
      ActorRef<NodeProtocol.Command> door = stage.theatre().spawn(Door.create(stage, id, agent));
      ActorRef<NodePort.Command> port = stage.theatre().spawn(port(door));
      actors = List.of(agent, door, port);
      agent.tell(new NodeAgent.EnginesSeen(engines.offers()));
      agent.tell(new NodeAgent.Attach(port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its agent ends as with its JVM; the engines run on. */
  void crash() {
    stage.tale().tell(id.value(), "its agent crashes");
    life++;
    shown.clear();
    actors.forEach(stage.theatre()::stop);
    actors = List.of();
  }

  /** The end of the play. */
  void close() {
    crash();
    home.close();
  }

  private AgentSettings settings() {
    return AgentSettings.from(Theatre.CONFIG, id, "host-" + id, "127.0.0.1:1");
  }

  private Surroundings surroundings(int now) {
    return new Surroundings(
        InstanceSettings.from(Theatre.CONFIG),
        new Hosted(),
        folders,
        blocking(now),
        stage.random(),
        () -> stage.clock().instant().plus(ahead),
        () -> stage.now().toNanos(),
        TaskDesk.none(),
        new StartTimes());
  }

  /** It has none, which is looked for all the same. */
  private GpuWatching gpus(int now) {
    GpuSettings settings = GpuSettings.from(Theatre.CONFIG, id.value());
    return GpuWatching.of(new GpuProbe(settings), new GpuLocks(settings.locks()), blocking(now));
  }

  /** What waits for the disk takes its time, and ends with the JVM that wanted it. */
  private Executor blocking(int now) {
    return work -> stage.after(stage.upTo(DISK), () -> ifAlive(now, work));
  }

  private void ifAlive(int then, Runnable work) {
    if (life == then) {
      work.run();
    }
  }

  /** What its agent says of it, to the registry by wire. */
  private Behavior<NodePort.Command> port(ActorRef<NodeProtocol.Command> door) {
    return Behaviors.receiveMessage(
        told -> {
          if (told instanceof NodePort.Publish publish) {
            reported(publish.report());
            stage
                .wire()
                .send(
                    id.value(),
                    Registry.NAME,
                    new FleetProtocol.Report(publish.report(), door),
                    stage.registry()::heard);
          } else if (told instanceof NodePort.Leave) {
            long incarnation = last.orElseThrow().incarnation();
            stage
                .wire()
                .send(
                    id.value(),
                    Registry.NAME,
                    new FleetProtocol.Leaving(id, incarnation),
                    stage.registry()::heard);
          }
          return Behaviors.same();
        });
  }

  private void taken(Assignment assignment) {
    InstanceId instance = assignment.id();
    boolean adopted = takenUp.remove(instance);
    if (!adopted && there.contains(instance)) {
      // An agent takes an instance up again only when its actor has failed.
      stage.tale().wrong("the actor of %s on %s has failed".formatted(instance, id));
      adopted = true;
    }
    there.add(instance);
    stage
        .tale()
        .see(
            new InstanceStarted(
                stage.now(),
                id,
                instance,
                assignment.epoch(),
                assignment.claim(),
                assignment.gpuMiB(),
                adopted));
  }

  private void reported(NodeReport report) {
    last = Optional.of(report);
    Set<InstanceId> now = new TreeSet<>();
    report.instances().forEach(instance -> now.add(instance.id()));
    // An instance that has begun is shown a moment later.
    for (InstanceId before : List.copyOf(shown)) {
      if (!now.contains(before)) {
        shown.remove(before);
        gone(before);
      }
    }
    shown.addAll(now);
  }

  private void gone(InstanceId instance) {
    there.remove(instance);
    stage.tale().see(new InstanceStopped(stage.now(), id, instance));
  }

  /** What its agent last said of its instances, told or not. */
  List<InstanceReport> instances() {
    return last.map(NodeReport::instances).orElse(List.of());
  }

  Optional<InstanceReport> instance(InstanceId wanted) {
    return instances().stream().filter(one -> one.id().equals(wanted)).findFirst();
  }

  List<InstanceId> in(Phase phase) {
    List<InstanceId> found = new ArrayList<>();
    instances().stream().filter(one -> one.phase() == phase).forEach(one -> found.add(one.id()));
    return found;
  }

  MachineSample sample() {
    return new MachineSample(
        instances().stream().map(InstanceReport::id).toList(), engines.running());
  }
}
