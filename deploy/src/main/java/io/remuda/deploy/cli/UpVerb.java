package io.remuda.deploy.cli;

import com.typesafe.config.Config;
import io.remuda.deploy.local.AllInOne;
import io.remuda.deploy.local.NodeLogs;
import io.remuda.deploy.local.RunningNode;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts a fleet of one machine in this process. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description =
        "Start a fleet of one machine: registry, machine and gateway in one process, with two demo"
            + " models. Prints 'ready' when they serve and stays until Ctrl-C.",
    footer = {"", "Example: ./remuda up", "         ./remuda up --detach && ./remuda down"})
final class UpVerb implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private NodeOptions node;

  @Mixin private NodeOptions.Public address;

  // The same word as for a single node, where it names the address for other nodes: here there are
  // no other nodes.
  @Option(names = "--bind", paramLabel = "HOST", description = "The same as --host.")
  private @Nullable String bind;

  @Option(names = "--model-root", paramLabel = "DIR", description = "Where model files lie.")
  private @Nullable Path modelRoot;

  @Mixin private NodeOptions.Machine machine;

  @Option(names = "--no-demo", description = "Deploy no demo models.")
  private boolean noDemo;

  @Option(names = "--detach", description = "Return when it is ready; 'down' ends it.")
  private boolean detach;

  @Override
  public Integer call() {
    Surroundings world = Main.of(spec).world();
    try {
      Config config = config();
      if (detach) {
        return new Detached(world, config)
            .start(spec.root().commandLine().getParseResult().originalArgs());
      }
      return stay(world, config);
    } catch (StartRefused refused) {
      throw NodeOptions.failure(refused);
    }
  }

  /** What the fleet is started with. */
  Config config() {
    return node.load("", flags());
  }

  private int stay(Surroundings world, Config config) {
    NodeHome home = NodeHome.open(config);
    NodeLogs.start(home.dir(), config);
    home.writeRun(Map.of("role", "up", "ready", false)); // So that 'down' finds it from now on.
    AllInOne all;
    try {
      all = AllInOne.start(home, config, world.err()::println);
    } catch (RuntimeException e) {
      home.close();
      throw e;
    }
    RunningNode running = RunningNode.of(home, config, all, all::hasten);
    // On stdout, where a detached start finds them; a log would keep the key.
    all.awaitReady(
        key -> {
          world.out().println("admin key, shown this once and kept nowhere: " + key);
          world.out().flush();
        });
    world.out().println("ready " + all.url());
    world.out().flush();
    all.announceReady();
    running.await();
    return Exit.OK.code();
  }

  private Map<String, Object> flags() {
    Map<String, Object> flags = new TreeMap<>();
    address.addTo(flags);
    if (bind != null) {
      flags.put("remuda.gateway.host", HostPort.parse(bind).map(HostPort::host).orElse(bind));
    }
    if (modelRoot != null) {
      flags.put(NodeOptions.MODEL_ROOTS, List.of(modelRoot.toAbsolutePath().toString()));
    }
    machine.addTo(flags);
    if (noDemo) {
      flags.put("remuda.launch.demo", false);
    }
    return flags;
  }
}
