package io.remuda.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.node.agent.AgentMemory;
import io.remuda.node.agent.AgentSettings;
import io.remuda.node.agent.CapacityLedger;
import io.remuda.node.agent.GpuWatching;
import io.remuda.node.agent.MachineEngines;
import io.remuda.node.agent.NodeAgent;
import io.remuda.node.agent.Strays;
import io.remuda.node.duty.TaskDuties;
import io.remuda.node.duty.TaskDutySettings;
import io.remuda.node.engine.EngineFinder;
import io.remuda.node.engine.EngineProbe;
import io.remuda.node.engine.EngineProfiles;
import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.engine.EngineSettings;
import io.remuda.node.engine.EngineStarter;
import io.remuda.node.engine.ModelPaths;
import io.remuda.node.external.WorkerAccess;
import io.remuda.node.gpu.GpuLocks;
import io.remuda.node.gpu.GpuProbe;
import io.remuda.node.gpu.GpuSettings;
import io.remuda.node.instance.EngineTools;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.InstanceFolder;
import io.remuda.node.instance.InstanceSettings;
import io.remuda.node.instance.StartTimes;
import io.remuda.node.instance.Surroundings;
import io.remuda.node.jar.JarFolder;
import io.remuda.node.jar.JarSettings;
import io.remuda.node.self.JarModels;
import io.remuda.node.self.OwnModels;
import io.remuda.node.task.TaskBackends;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.cluster.SystemConfig;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.metrics.DispatcherDelay;
import io.remuda.protocol.metrics.LongestMailbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGeneratorFactory;
import scala.concurrent.ExecutionContextExecutor;

/**
 * The parts of a model node that belong to no cluster: the engines' tools, the door, the {@code
 * local} actor system and its agent. They live as long as the node.
 */
record LocalMachine(
    Hosted hosted,
    EngineStarter starter,
    EngineProbe probe,
    GpuLocks locks,
    MachineDoor door,
    TaskBackends tasks,
    ActorSystem<Void> system,
    ActorRef<NodeAgent.Command> agent,
    OwnModels own,
    WorkerAccess access,
    Executor blocking) {

  /** Takes up what a former JVM has left; refuses with a sentence where the machine cannot work. */
  static LocalMachine start(NodeSettings settings, NodeHome home, Config config) {
    EngineSettings engineSettings = EngineSettings.from(config);
    EngineStarter starter = new EngineStarter(engineSettings);
    EngineProbe probe = new EngineProbe(engineSettings);
    try {
      return start(settings, home, config, engineSettings, starter, probe);
    } catch (IOException e) {
      throw new StartRefused(
          "The machine's state in " + home.dir() + " cannot be read or written (" + e + ").", e);
    } catch (EngineRefusal e) {
      throw new StartRefused("An engine profile cannot be used: " + e.getMessage(), e);
    }
  }

  private static LocalMachine start(
      NodeSettings settings,
      NodeHome home,
      Config config,
      EngineSettings engineSettings,
      EngineStarter starter,
      EngineProbe probe)
      throws IOException, EngineRefusal {
    AgentMemory memory = AgentMemory.open(home);
    InstanceFolder folders = new InstanceFolder(home.dir().resolve("instances"));
    InstanceSettings instances = InstanceSettings.from(config);
    new Strays(folders, starter, instances.stopGrace()).end();
    EngineFinder finder = new EngineFinder(engineSettings, config);
    EngineTools tools =
        new EngineTools(
            finder,
            starter,
            probe,
            new ModelPaths(modelRoots(home, config)),
            config.getDuration("remuda.node.instance.answer-limit"));
    Duration pace = config.getDuration("remuda.node.jvm.pace");
    JarFolder jars = JarFolder.open(JarSettings.from(config, home.dir()));
    MachineWorkers workers = MachineWorkers.of(settings, home, config);
    MachineEngines engines =
        new MachineEngines(
            EngineProfiles.from(config), finder, tools, folders, jars, workers.all(), pace);
    Hosted hosted = new Hosted();
    MachineDoor door =
        MachineDoor.open(
            settings, home, config, hosted, folders, workers.door(config, home, hosted));
    ActorSystem<Void> system =
        ActorSystem.create(Behaviors.empty(), "remuda-local", SystemConfig.local(config));
    DispatcherDelay.watch(system, "model");
    LongestMailbox.watch(system, "model");
    ExecutionContextExecutor blocking =
        system.dispatchers().lookup(DispatcherSelector.fromConfig("remuda-blocking-dispatcher"));
    TaskBackends tasks = TaskBackends.open(system, home, config);
    Surroundings around =
        new Surroundings(
            instances,
            hosted,
            folders,
            blocking,
            RandomGeneratorFactory.getDefault().create(),
            InstantSource.system(),
            System::nanoTime,
            TaskDuties.of(
                tasks,
                door.front().admitted(),
                TaskDutySettings.from(config),
                system.executionContext()),
            new StartTimes());
    GpuSettings gpuSettings = GpuSettings.from(config, home.machineId().toString());
    GpuLocks locks = new GpuLocks(gpuSettings.locks());
    Behavior<NodeAgent.Command> behavior =
        NodeAgent.create(
            AgentSettings.from(config, home.machineId(), hostName(), door.address().toString()),
            engines,
            around,
            memory,
            GpuWatching.of(new GpuProbe(gpuSettings), locks, blocking),
            capacity(config),
            () -> left(folders));
    ActorRef<NodeAgent.Command> agent =
        system.systemActorOf(supervised(behavior), "agent", Props.empty());
    // Again and again: an engine that is installed later is offered without a restart.
    Adapter.toClassic(system)
        .scheduler()
        .scheduleWithFixedDelay(
            Duration.ZERO,
            config.getDuration("remuda.node.engine.look-interval"),
            () -> agent.tell(new NodeAgent.EnginesSeen(engines.offers())),
            blocking);
    workers.keepKeys(blocking);
    workers.lookAround(system);
    // Described before they are asked for: a first start then knows what their authors wish.
    blocking.execute(jars::look);
    return new LocalMachine(
        hosted,
        starter,
        probe,
        locks,
        door,
        tasks,
        system,
        agent,
        OwnModels.both(new JarModels(jars), workers.all()),
        workers.access(),
        blocking);
  }

  /** Lets go of what is no actor; engines run on. */
  void release() {
    probe.close();
    starter.close();
    locks.close();
  }

  private static Behavior<NodeAgent.Command> supervised(Behavior<NodeAgent.Command> agent) {
    return Behaviors.supervise(agent)
        .onFailure(
            SupervisorStrategy.restartWithBackoff(
                Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
  }

  private static List<Path> modelRoots(NodeHome home, Config config) throws IOException {
    List<String> configured = config.getStringList("remuda.node.model-roots");
    return configured.isEmpty()
        ? List.of(Files.createDirectories(home.dir().resolve("models")))
        : configured.stream().map(Path::of).map(Path::toAbsolutePath).toList();
  }

  private static List<InstanceFolder.Kept> left(InstanceFolder folders) {
    try {
      return folders.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CapacityLedger capacity(Config config) {
    Config own = config.getConfig("remuda.node.capacity");
    double cpus = own.getDouble("cpus");
    return CapacityLedger.of(
        own.getString("memory").equals("auto")
            ? Math.max(0, physicalMiB() - (own.getBytes("memory-reserve") >> 20))
            : own.getBytes("memory") >> 20,
        cpus > 0
            ? cpus
            : Runtime.getRuntime().availableProcessors() * own.getDouble("cpu-overcommit"));
  }

  private static long physicalMiB() {
    return java.lang.management.ManagementFactory.getPlatformMXBean(
                com.sun.management.OperatingSystemMXBean.class)
            .getTotalMemorySize()
        >> 20;
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
