package io.remuda.deploy.local;

import com.typesafe.config.Config;
import io.remuda.gateway.GatewayNode;
import io.remuda.node.ModelNode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.registry.RegistryNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One node of a fleet in this process. */
public final class SingleNode implements AutoCloseable {

  private final AutoCloseable node;
  private final Supplier<String> address;
  private final Runnable hasten;

  private SingleNode(AutoCloseable node, Supplier<String> address) {
    this(node, address, () -> {});
  }

  private SingleNode(AutoCloseable node, Supplier<String> address, Runnable hasten) {
    this.node = node;
    this.address = address;
    this.hasten = hasten;
  }

  /**
   * Returns when it listens; it joins its fleet by itself. Throws StartRefused.
   *
   * @param adminKey gets the administrator's key, should this node be the one that makes it
   * @param last gets a sentence when the node ends by itself, and this process with it
   */
  public static SingleNode start(
      String role, NodeHome home, Config config, Consumer<String> adminKey, Consumer<String> last) {
    NodeSettings settings = NodeSettings.from(config).withRoles(Set.of(role));
    writeRun(home, role, Map.of("ready", false)); // So that 'down' finds it from now on.
    switch (role) {
      case Keys.ROLE_REGISTRY:
        {
          RegistryNode registry =
              RegistryNode.start(
                  settings,
                  home,
                  config,
                  end -> {
                    last.accept(end.why());
                    System.exit(end.exitCode());
                  });
          String contact = registry.host().settings().contact().toString();
          writeRun(home, role, Map.of("ready", true, "contact", contact));
          return new SingleNode(registry, () -> contact);
        }
      case Keys.ROLE_MODEL:
        {
          ModelNode model = ModelNode.start(settings, home, config);
          Map<String, Object> where = new TreeMap<>();
          where.put("ready", true);
          where.put("machine", model.machineId().toString());
          where.put("front", model.frontAddress().toString());
          model
              .cluster()
              .ifPresent(host -> where.put("contact", host.settings().contact().toString()));
          writeRun(home, role, where);
          return new SingleNode(model, () -> model.machineId().toString(), model::hasten);
        }
      case Keys.ROLE_GATEWAY:
        {
          GatewayNode gateway =
              GatewayNode.start(settings, home, config, Optional.empty(), Optional.empty());
          var unused = gateway.adminKey().thenAccept(made -> made.ifPresent(adminKey));
          return new SingleNode(gateway, gateway::url);
        }
      default:
        throw new IllegalArgumentException(role);
    }
  }

  /** A gateway says where it answers by itself. */
  private static void writeRun(NodeHome home, String role, Map<String, Object> values) {
    Map<String, Object> all = new TreeMap<>(values);
    all.put("role", role);
    Launcher.ofThisProcess(System.getenv())
        .ifPresent(launcher -> all.put("launcher", launcher.toJson()));
    home.writeRun(all);
  }

  /** How people name it: where it is met, or which machine it is, or where it answers. */
  public String address() {
    return address.get();
  }

  /** An end that is under way waits for nothing that is in flight; a machine's takes that long. */
  public void hasten() {
    hasten.run();
  }

  @Override
  public void close() throws Exception {
    node.close();
  }
}
