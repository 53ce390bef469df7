package io.remuda.deploy.cli;

import com.typesafe.config.Config;
import io.remuda.deploy.local.NodeLogs;
import io.remuda.deploy.local.RunningNode;
import io.remuda.deploy.local.SingleNode;
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

/** The verbs that start one node of a fleet in this process. */
final class NodeVerbs {

  private NodeVerbs() {}

  private static Config config(String role, NodeOptions options, Map<String, Object> flags) {
    flags.put("remuda.node.roles", List.of(role));
    return options.load(role, flags);
  }

  private static int run(
      CommandSpec spec, String role, NodeOptions options, Map<String, Object> flags) {
    Surroundings world = Main.of(spec).world();
    try {
      Config config = config(role, options, flags);
      NodeHome home = NodeHome.open(config);
      NodeLogs.start(home.dir(), config);
      SingleNode node;
      try {
        node =
            SingleNode.start(
                role,
                home,
                config,
                key -> world.out().println("admin key, shown this once and kept nowhere: " + key),
                why -> world.err().println("remuda: " + why));
      } catch (RuntimeException e) {
        home.close();
        throw e;
      }
      RunningNode running = RunningNode.of(home, config, node, node::hasten);
      world.out().println(role + " node " + node.address());
      running.await();
      return Exit.OK.code();
    } catch (StartRefused refused) {
      throw NodeOptions.failure(refused);
    }
  }

  /** Decides. */
  @Command(
      name = "registry",
      mixinStandardHelpOptions = true,
      description = "Start a registry node: it decides which models exist and where they run.",
      footer = {
        "",
        "Example: ./remuda registry --bind 127.0.0.1:7901 --seed 127.0.0.1:7901 \\",
        "             --seed 127.0.0.1:7902 --seed 127.0.0.1:7903 --data r1"
      })
  static final class Registry implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private NodeOptions options;
    @Mixin private NodeOptions.Meeting meeting;

    @Option(
        names = "--form",
        description = "Let this node form the fleet alone; once, on a first node.")
    private boolean form;

    @Override
    public Integer call() {
      Map<String, Object> flags = new TreeMap<>();
      meeting.addTo(flags);
      if (form) {
        flags.put("remuda.cluster.form", true);
      }
      return run(spec, "registry", options, flags);
    }
  }

  /** Does. */
  @Command(
      name = "model",
      mixinStandardHelpOptions = true,
      description = "Start a model node: it owns this machine and runs engines on it.",
      footer = {
        "",
        "Example: ./remuda model --seed 127.0.0.1:7901 --seed 127.0.0.1:7902 \\",
        "             --seed 127.0.0.1:7903 --model-root models --data m1"
      })
  static final class Model implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private NodeOptions options;
    @Mixin private NodeOptions.Meeting meeting;

    @Option(names = "--model-root", paramLabel = "DIR", description = "Where model files lie.")
    private @Nullable Path modelRoot;

    @Mixin private NodeOptions.Machine machine;

    @Override
    public Integer call() {
      return run(spec, "model", options, flags());
    }

    /** What the node is started with. */
    Config config() {
      return NodeVerbs.config("model", options, flags());
    }

    private Map<String, Object> flags() {
      Map<String, Object> flags = new TreeMap<>();
      meeting.addTo(flags);
      if (modelRoot != null) {
        flags.put(NodeOptions.MODEL_ROOTS, List.of(modelRoot.toAbsolutePath().toString()));
      }
      machine.addTo(flags);
      return flags;
    }
  }

  /** Speaks. */
  @Command(
      name = "gateway",
      mixinStandardHelpOptions = true,
      description = "Start a gateway node: it speaks HTTP for clients and operators.",
      footer = {
        "",
        "Example: ./remuda gateway --seed 127.0.0.1:7901 --seed 127.0.0.1:7902 \\",
        "             --seed 127.0.0.1:7903 --port 8080 --data g1"
      })
  static final class Gateway implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private NodeOptions options;
    @Mixin private NodeOptions.Meeting meeting;

    @Mixin private NodeOptions.Public address;

    @Override
    public Integer call() {
      Map<String, Object> flags = new TreeMap<>();
      meeting.addTo(flags);
      address.addTo(flags);
      return run(spec, "gateway", options, flags);
    }
  }
}
