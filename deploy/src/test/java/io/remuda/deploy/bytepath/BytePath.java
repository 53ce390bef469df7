package io.remuda.deploy.bytepath;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.edge.Authenticator;
import io.remuda.gateway.edge.EdgeServer;
import io.remuda.gateway.edge.EdgeSettings;
import io.remuda.gateway.edge.FrontClientSettings;
import io.remuda.gateway.edge.InferenceHandler;
import io.remuda.gateway.edge.InferenceSettings;
import io.remuda.gateway.edge.RemotePorts;
import io.remuda.gateway.edge.Translations;
import io.remuda.gateway.routing.Routes;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontMetrics;
import io.remuda.node.front.FrontServer;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Continues;
import io.remuda.protocol.model.Phase;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All that a request to a model goes through, from the public port to an engine, and nothing
 * beside: no registry, no cluster, no API.
 */
public final class BytePath implements AutoCloseable {

  private static final String KEY = "the-cluster-key";
  private static final MachineId MACHINE = new MachineId("m1");

  private final Hosted hosted = new Hosted();
  private final Routes routes = new Routes();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final List<Ended> ended = new CopyOnWriteArrayList<>();
  private final Front front;
  private final Optional<FrontServer> server;
  private final RemotePorts ports;
  private final InferenceHandler handler;
  private final EdgeServer edge;
  private long sequence;

  /**
   * How a request ended.
   *
   * @param at of {@link System#nanoTime()}
   */
  record Ended(String model, String code, long at) {}

  private BytePath(boolean overHttp, String keys) {
    Config config =
        ConfigFactory.parseString("remuda.gateway {" + keys + "}")
            .withFallback(ConfigFactory.load());
    front = new Front(hosted, FrontSettings.from(config), FrontMetrics.NONE);
    server = overHttp ? Optional.of(served(front)) : Optional.empty();
    ports =
        new RemotePorts(
            FrontClientSettings.from(config),
            KEY,
            overHttp ? Optional.empty() : Optional.of(MACHINE),
            overHttp ? Optional.empty() : Optional.of(front));
    handler =
        new InferenceHandler(
            routes,
            ports,
            InferenceSettings.from(config),
            (endpoint, model, code, firstByte, total) ->
                ended.add(new Ended(model, code, System.nanoTime())),
            timers,
            Translations.NONE);
    edge =
        EdgeServer.start(
                EdgeSettings.from(config, "127.0.0.1", 0),
                handler,
                Authenticator.OPEN,
                Optional.empty())
            .toCompletableFuture()
            .join();
  }

  /** Gateway and machine in one JVM, where one calls the other in process. */
  public static BytePath inProcess() {
    return inProcess("");
  }

  /**
   * @param keys of {@code remuda.gateway}
   */
  static BytePath inProcess(String keys) {
    return new BytePath(false, keys);
  }

  /** Gateway and machine as two nodes are, with HTTP between them. */
  public static BytePath overHttp() {
    return new BytePath(true, "");
  }

  private static FrontServer served(Front front) {
    return FrontServer.start(front, new NoPages(), KEY, "127.0.0.1", 0)
        .toCompletableFuture()
        .join();
  }

  /** Offers {@code model}, whose engine answers there, and is clean. */
  public void offer(String model, URI engine, int slots, Set<String> endpoints) {
    offer(model, engine, slots, endpoints, true);
  }

  /** The same of an engine whose answers need mending. */
  public void offerLoose(String model, URI engine, Set<String> endpoints) {
    offerLoose(model, engine, 16, endpoints);
  }

  void offerLoose(String model, URI engine, int slots, Set<String> endpoints) {
    offer(model, engine, slots, endpoints, false);
  }

  /** Offers one of several instances, whose engine goes on with what another one began. */
  public void offerContinuing(String instance, URI engine, Set<String> endpoints) {
    offer(InstanceId.of(instance), engine, 4, endpoints, true, Continues.LAST_MESSAGE);
  }

  private void offer(String model, URI engine, int slots, Set<String> endpoints, boolean clean) {
    offer(InstanceId.of(model + "-1"), engine, slots, endpoints, clean, Continues.NONE);
  }

  private void offer(
      InstanceId instance,
      URI engine,
      int slots,
      Set<String> endpoints,
      boolean clean,
      Continues continues) {
    Gate gate = new Gate(slots, 0);
    gate.open();
    hosted.put(
        new HostedInstance(
            instance,
            "command",
            Phase.READY,
            100,
            Optional.empty(),
            gate,
            new Upstream.Http(engine, instance.model().value(), Map.of()),
            clean,
            endpoints,
            Optional.empty(),
            new AtomicLong()));
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    instance,
                    MACHINE,
                    1,
                    ++sequence,
                    Phase.READY,
                    "127.0.0.1:" + server.map(FrontServer::port).orElse(0),
                    slots,
                    endpoints,
                    clean,
                    -1,
                    Optional.empty(),
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    continues))));
    routes.warm();
  }

  public int port() {
    return edge.port();
  }

  public String url() {
    return "http://127.0.0.1:" + edge.port();
  }

  /** Requests that wait for an instance of {@code model}. */
  int waiting(String model) {
    return handler.waitingRoom().depths().getOrDefault(model, 0);
  }

  /** How requests for {@code model} ended, in that order. */
  List<Ended> ended(String model) {
    return ended.stream().filter(each -> each.model().equals(model)).toList();
  }

  @Override
  public void close() {
    edge.close().toCompletableFuture().join();
    ports.close().toCompletableFuture().join();
    front.close().toCompletableFuture().join();
    timers.shutdownNow();
  }

  private static final class NoPages implements FrontServer.Pages {
    @Override
    public String routes() {
      return "";
    }

    @Override
    public Optional<List<String>> logs(InstanceId instance, int lines) {
      return Optional.empty();
    }

    @Override
    public String metrics() {
      return "";
    }
  }
}
