package io.remuda.deploy.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.config.StrictConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every node has; each one is a key of its configuration. */
final class NodeOptions {

  static final String MODEL_ROOTS = "remuda.node.model-roots";

  /** What reference.conf says, which means: beside the launcher. */
  private static final String DEFAULT_DATA = ".remuda";

  @Option(names = "--data", paramLabel = "DIR", description = "Where the node keeps its state.")
  private @Nullable Path data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Its configuration. Default: application.conf beside the launcher.")
  private @Nullable Path config;

  @Option(
      names = "--insecure-network",
      description = "Let nodes talk unencrypted over a network that nobody else reaches.")
  private boolean insecureNetwork;

  /** Where this node keeps its state, absolute. */
  Path data(String nodeName) {
    return data(nodeName, data);
  }

  private static Path data(String nodeName, @Nullable Path data) {
    Path chosen = data == null ? Installation.defaultData(nodeName) : data;
    return chosen.toAbsolutePath().normalize();
  }

  /** The configuration with what the command line says on top; refused as a whole when wrong. */
  Config load(String nodeName, Map<String, ?> flags) {
    Map<String, Object> all = new TreeMap<>(flags);
    if (insecureNetwork) {
      all.put("remuda.cluster.insecure-network", true);
    }
    return load(nodeName, data, config, all);
  }

  /** The configuration that a node with this data directory and file has. */
  static Config load(
      String nodeName, @Nullable Path data, @Nullable Path config, Map<String, ?> flags) {
    Map<String, Object> all = new TreeMap<>(flags);
    // A file that names a directory wins over our default, not over the flag.
    if (data != null) {
      all.put("remuda.node.data", data(nodeName, data).toString());
    }
    Config flagged = ConfigFactory.parseMap(all, "command line");
    Config loaded = StrictConfig.load(Optional.ofNullable(config), flagged);
    if (loaded.getString("remuda.node.data").equals(DEFAULT_DATA)) {
      all.put("remuda.node.data", data(nodeName, null).toString());
      return StrictConfig.load(
          Optional.ofNullable(config), ConfigFactory.parseMap(all, "command line"));
    }
    return loaded;
  }

  /** A refusal to start, in the form in which every command ends. */
  static CliFailure failure(StartRefused refused) {
    String message = refused.getMessage();
    return new CliFailure(Exit.FAILURE, message == null ? "cannot start" : message, refused);
  }

  /** The options of nodes that meet others. */
  static final class Meeting {

    @Option(
        names = "--bind",
        paramLabel = "HOST:PORT",
        description = "Where other nodes meet this one. Default: a free port of 127.0.0.1.")
    private @Nullable String bind;

    @Option(
        names = "--seed",
        paramLabel = "HOST:PORT",
        description = "Where a registry node is met; once for each, the same list everywhere.")
    private List<String> seeds = new ArrayList<>();

    @Option(
        names = "--seed-name",
        paramLabel = "NAME:PORT",
        description = "A DNS name whose addresses are those of the registry nodes.")
    private @Nullable String seedName;

    @Option(
        names = "--registry-nodes",
        paramLabel = "N",
        description = "How many registry nodes the fleet has. Default: as many as --seed names.")
    private @Nullable Integer registryNodes;

    @Option(
        names = "--cluster-key",
        paramLabel = "FILE",
        description = "The fleet's key, as 'remuda keys cluster FILE' makes it.")
    private @Nullable Path clusterKey;

    @Option(
        names = "--join-token",
        paramLabel = "FILE",
        description = "The line that 'remuda join-token' printed, needed once; - for stdin.")
    private @Nullable String joinToken;

    void addTo(Map<String, Object> flags) {
      if (bind != null) {
        flags.put("remuda.node.bind", bind);
      }
      if (!seeds.isEmpty()) {
        flags.put("remuda.cluster.seeds", seeds);
      }
      if (seedName != null) {
        flags.put("remuda.cluster.seed-name", seedName);
      }
      if (registryNodes != null) {
        flags.put("remuda.cluster.registry-nodes", registryNodes);
      }
      if (clusterKey != null) {
        flags.put("remuda.cluster.key-file", clusterKey.toAbsolutePath().toString());
      }
      if (joinToken != null) {
        flags.put("remuda.cluster.join-token-file", joinToken);
      }
    }
  }

  /** The options of nodes that run engines. */
  static final class Machine {

    @Option(
        names = "--keep-engines",
        description =
            "Leave engines running when this node is told to end; the next start in the same data"
                + " directory takes them over.")
    private boolean keepEngines;

    void addTo(Map<String, Object> flags) {
      if (keepEngines) {
        flags.put("remuda.node.keep-engines", true);
      }
    }
  }

  /** The options of nodes that have the public address. */
  static final class Public {

    @Option(names = "--port", paramLabel = "N", description = "Port of the API. Default: 8080.")
    private @Nullable Integer port;

    @Option(
        names = "--host",
        paramLabel = "HOST",
        description = "Address of the API. Default: 127.0.0.1; any other one needs --auth.")
    private @Nullable String host;

    @Option(names = "--auth", description = "Ask for API keys; the admin's is printed once.")
    private boolean auth;

    @Option(
        names = "--new-admin-key",
        description = "With --auth: make one more admin key and print it, when the first was lost.")
    private boolean newAdminKey;

    @Option(
        names = "--tls-cert",
        paramLabel = "FILE",
        description = "Speak HTTPS: the certificate, PEM, the server's own first.")
    private @Nullable Path tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key, PEM.")
    private @Nullable Path tlsKey;

    void addTo(Map<String, Object> flags) {
      if (tlsCertificate != null) {
        flags.put("remuda.gateway.tls.certificate", tlsCertificate.toAbsolutePath().toString());
      }
      if (tlsKey != null) {
        flags.put("remuda.gateway.tls.key", tlsKey.toAbsolutePath().toString());
      }
      if (newAdminKey) {
        flags.put("remuda.gateway.new-admin-key", true);
      }
      if (port != null) {
        flags.put("remuda.gateway.port", port);
      }
      if (host != null) {
        flags.put("remuda.gateway.host", host);
      }
      if (auth) {
        flags.put("remuda.gateway.auth", true);
      }
    }
  }
}
