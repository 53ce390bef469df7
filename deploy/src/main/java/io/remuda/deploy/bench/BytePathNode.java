package io.remuda.deploy.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.auth.EdgeKeys;
import io.remuda.gateway.auth.KeyCheck;
import io.remuda.gateway.auth.LeaseSeal;
import io.remuda.gateway.edge.EdgeServer;
import io.remuda.gateway.edge.EdgeSettings;
import io.remuda.gateway.edge.FrontClientSettings;
import io.remuda.gateway.edge.InferenceHandler;
import io.remuda.gateway.edge.InferenceSettings;
import io.remuda.gateway.edge.KamonRequestMetrics;
import io.remuda.gateway.edge.RemotePorts;
import io.remuda.gateway.edge.Translations;
import io.remuda.gateway.routing.Routes;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontServer;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.front.KamonFrontMetrics;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.metrics.Metrics;
import io.remuda.protocol.model.Phase;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The byte path alone, for {@code deploy/bench/bytepath.sh}: the edge, the front or both with one
 * instance of the model {@code bench}, authentication, routing, admission, metering and metrics on,
 * as nodes have them; no registry, no cluster. Prints the API key that it takes.
 *
 * <p>{@code one PORT ENGINE} is edge and front in one JVM; {@code front PORT ENGINE} and {@code
 * edge PORT FRONT-PORT} are two.
 */
public final class BytePathNode {

  private static final String CLUSTER_KEY = "bench-cluster-key";
  private static final InstanceId INSTANCE = InstanceId.of("bench-1");
  private static final MachineId MACHINE = new MachineId("bench");
  private static final int SLOTS = 100_000;

  private BytePathNode() {}

  public static void main(String[] args) {
    Config config = ConfigFactory.load();
    Metrics.start(config);
    int port = Integer.parseInt(args[1]);
    switch (args[0]) {
      case "one" -> edge(config, port, Optional.of(front(config, URI.create(args[2]))), 0);
      case "front" ->
          FrontServer.start(
                  front(config, URI.create(args[2])), new NoPages(), CLUSTER_KEY, "127.0.0.1", port)
              .toCompletableFuture()
              .join();
      case "edge" -> edge(config, port, Optional.empty(), Integer.parseInt(args[2]));
      default -> throw new IllegalArgumentException("one, front or edge, not " + args[0]);
    }
    System.out.println("ready");
  }

  private static Front front(Config config, URI engine) {
    Gate gate = new Gate(SLOTS, 0);
    gate.open();
    Hosted hosted = new Hosted();
    hosted.put(
        new HostedInstance(
            INSTANCE,
            "command",
            Phase.READY,
            100,
            Optional.empty(),
            gate,
            new Upstream.Http(engine, "bench", Map.of()),
            true,
            Set.of("/v1/chat/completions"),
            Optional.empty(),
            new AtomicLong()));
    return new Front(hosted, FrontSettings.from(config), new KamonFrontMetrics());
  }

  private static void edge(Config config, int port, Optional<Front> local, int frontPort) {
    KeyMint mint = new KeyMint(CLUSTER_KEY, new SecureRandom());
    KeyMint.Minted key =
        mint.mint("bench", Set.of(Scope.INFER), Set.of(), Instant.now(), Optional.empty());
    Routes routes = new Routes();
    routes.merge(new AccessTable(List.of(key.key())));
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    INSTANCE,
                    MACHINE,
                    1,
                    1,
                    Phase.READY,
                    "127.0.0.1:" + frontPort,
                    SLOTS,
                    Set.of("/v1/chat/completions"),
                    true,
                    -1,
                    Optional.empty(),
                    0))));
    KeyCheck check =
        new KeyCheck(true, mint, id -> routes.snapshot().access().get(id), InstantSource.system());
    RemotePorts ports =
        new RemotePorts(
            FrontClientSettings.from(config),
            CLUSTER_KEY,
            local.map(front -> MACHINE),
            local.map(front -> front));
    InferenceHandler handler =
        new InferenceHandler(
            routes,
            ports,
            InferenceSettings.from(config),
            new KamonRequestMetrics(),
            Executors.newSingleThreadScheduledExecutor(),
            Translations.NONE);
    EdgeServer.start(
            EdgeSettings.from(config, "127.0.0.1", port),
            handler,
            new EdgeKeys(check, new LeaseSeal(CLUSTER_KEY)),
            Optional.empty())
        .toCompletableFuture()
        .join();
    System.out.println("key " + key.secret());
  }

  /** A front that shows nothing beside its instance. */
  private static final class NoPages implements FrontServer.Pages {
    @Override
    public String routes() {
      return "{\"entries\":[]}";
    }

    @Override
    public Optional<List<String>> logs(InstanceId instance, int lines) {
      return Optional.empty();
    }

    @Override
    public String metrics() {
      return Metrics.scrapeText();
    }
  }
}
