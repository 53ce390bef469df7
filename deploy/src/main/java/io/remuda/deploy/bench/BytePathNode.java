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
import io.remuda.gateway.edge.LeaseDirectory;
import io.remuda.gateway.edge.RemotePorts;
import io.remuda.gateway.edge.Translations;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.usage.Meter;
import io.remuda.gateway.usage.MeterSettings;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontServer;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.front.KamonFrontMetrics;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.metrics.Metrics;
import io.remuda.protocol.model.Phase;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The byte path alone, for {@code deploy/bench/gateway.sh}: the edge, the front or both with the
 * instances of some models, authentication, routing, admission, metering and metrics on, as nodes
 * have them; no registry, no cluster. Prints the API key that it takes, which has limits by the
 * minute that nobody reaches.
 *
 * <p>{@code one PORT MODEL...} is edge and front in one JVM; {@code front PORT MODEL...} and {@code
 * edge PORT FRONT-PORT MODEL...} are two. A model is {@code name=slots@engine,engine}: one instance
 * for each engine.
 */
public final class BytePathNode {

  private static final String CLUSTER_KEY = "bench-cluster-key";
  private static final MachineId MACHINE = new MachineId("bench");

  /** A gateway that nobody answers lets in a tenth of them. */
  private static final Limits LIMITS = new Limits(1_000_000_000, 1_000_000_000_000L, 0, 0);

  private static final Set<String> ENDPOINTS = Set.of("/v1/chat/completions");

  /** One instance, and where its engine is. */
  private record Served(InstanceId id, int slots, URI engine) {
    static Stream<Served> of(String model) {
      int equals = model.indexOf('=');
      int at = model.indexOf('@');
      String[] engines = model.substring(at + 1).split(",", -1);
      return IntStream.range(0, engines.length)
          .mapToObj(
              i ->
                  new Served(
                      InstanceId.of(model.substring(0, equals) + "-" + (i + 1)),
                      Integer.parseInt(model.substring(equals + 1, at)),
                      URI.create(engines[i])));
    }

    String model() {
      return id.model().value();
    }
  }

  private BytePathNode() {}

  public static void main(String[] args) {
    Config config = ConfigFactory.load();
    Metrics.start(config);
    int port = Integer.parseInt(args[1]);
    switch (args[0]) {
      case "one" -> {
        List<Served> served = served(args, 2);
        edge(config, port, Optional.of(front(config, served)), 0, served);
      }
      case "front" ->
          FrontServer.start(
                  front(config, served(args, 2)), new NoPages(), CLUSTER_KEY, "127.0.0.1", port)
              .toCompletableFuture()
              .join();
      case "edge" ->
          edge(config, port, Optional.empty(), Integer.parseInt(args[2]), served(args, 3));
      default -> throw new IllegalArgumentException("one, front or edge, not " + args[0]);
    }
    System.out.println("ready");
  }

  private static List<Served> served(String[] args, int from) {
    return Arrays.stream(args).skip(from).flatMap(Served::of).toList();
  }

  private static Front front(Config config, List<Served> served) {
    // As many wait in an instance's own queue as do in a node's.
    int queue = config.getInt("remuda.node.instance.queue");
    Hosted hosted = new Hosted();
    for (Served one : served) {
      Gate gate = new Gate(one.slots(), queue);
      gate.open();
      hosted.put(
          new HostedInstance(
              one.id(),
              "command",
              Phase.READY,
              100,
              Optional.empty(),
              gate,
              new Upstream.Http(one.engine(), one.model(), Map.of()),
              true,
              ENDPOINTS,
              Optional.empty(),
              new AtomicLong()));
    }
    return new Front(hosted, FrontSettings.from(config), new KamonFrontMetrics());
  }

  private static void edge(
      Config config, int port, Optional<Front> local, int frontPort, List<Served> served) {
    KeyMint mint = new KeyMint(CLUSTER_KEY, new SecureRandom());
    KeyMint.Minted key =
        mint.mint("bench", Set.of(Scope.INFER), Set.of(), Instant.now(), Optional.empty());
    ApiKey limited = key.key().limitedAt(2, LIMITS);
    Routes routes = new Routes();
    routes.merge(new AccessTable(List.of(limited)));
    routes.merge(
        new RouteTable(
            served.stream()
                .map(
                    one ->
                        new Route(
                            one.id(),
                            MACHINE,
                            1,
                            1,
                            Phase.READY,
                            "127.0.0.1:" + frontPort,
                            one.slots(),
                            ENDPOINTS,
                            true,
                            -1,
                            Optional.empty(),
                            0))
                .toList()));
    KeyCheck check =
        new KeyCheck(true, mint, id -> routes.snapshot().access().get(id), InstantSource.system());
    RemotePorts ports =
        new RemotePorts(
            FrontClientSettings.from(config),
            CLUSTER_KEY,
            local.map(front -> MACHINE),
            local.map(front -> front));
    Meter meter =
        new Meter(
            () -> routes.snapshot().access(),
            MeterSettings.from(config),
            InstantSource.system(),
            System::nanoTime);
    InferenceHandler handler =
        new InferenceHandler(
            routes,
            ports,
            InferenceSettings.from(config),
            new KamonRequestMetrics(),
            Executors.newSingleThreadScheduledExecutor(),
            Translations.NONE,
            LeaseDirectory.NONE,
            meter);
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
