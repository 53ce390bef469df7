package io.remuda.gateway.http;

import akka.actor.typed.ActorSystem;
import io.remuda.gateway.edge.FrontClientSettings;
import io.remuda.gateway.edge.InferenceHandler;
import io.remuda.gateway.edge.InferenceSettings;
import io.remuda.gateway.edge.RemotePorts;
import io.remuda.gateway.edge.RequestMetrics;
import io.remuda.gateway.typed.TypedCalls;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Phase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** An API which has the public port itself and the model {@code edgeless}. */
final class EdgelessApi implements AutoCloseable {

  private final ActorSystem<?> local;
  private final HttpClient client;
  private final InferenceHandler handler;
  private final ApiServer.Parts parts;
  private final ApiServer server;
  private final RemotePorts ports;
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();

  /**
   * @param front where the model's engine is, as if behind its machine's front
   */
  EdgelessApi(ApiFixture api, int front) throws Exception {
    this(api.local, api.parts, api.client);
    offers("edgeless", front, 4, Set.of());
  }

  EdgelessApi(ActorSystem<?> local, ApiServer.Parts with, HttpClient client) throws Exception {
    this.local = local;
    this.client = client;
    ports =
        new RemotePorts(
            FrontClientSettings.from(ApiFixture.config()),
            ApiFixture.CLUSTER_KEY,
            Optional.empty(),
            Optional.empty());
    handler =
        new InferenceHandler(
            with.routes(),
            ports,
            InferenceSettings.from(ApiFixture.config()),
            RequestMetrics.NONE,
            timers,
            new TypedCalls(with.schemas()));
    parts =
        new ApiServer.Parts(
            with.fleet(),
            with.routes(),
            with.keys(),
            with.mint(),
            with.clusterKey(),
            with.tls(),
            with.metrics(),
            with.relaySecret(),
            Optional.of(handler),
            with.recent(),
            with.schemas(),
            with.tasks(),
            with.clock());
    server =
        ApiServer.start(local, "127.0.0.1", 0, parts)
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
  }

  /**
   * @param endpoints that the engine answers; all of them when there are none
   */
  void offers(String model, int front, int slots, Set<String> endpoints) {
    parts
        .routes()
        .merge(
            RouteTable.EMPTY.with(
                new Route(
                    new InstanceId(new ModelName(model), 1),
                    ScriptedFleet.MACHINE,
                    1,
                    1,
                    Phase.READY,
                    "127.0.0.1:" + front,
                    slots,
                    endpoints,
                    true,
                    -1,
                    Optional.empty(),
                    0)));
    parts.routes().warm();
  }

  /** Requests that wait for an instance of {@code model}. */
  int waiting(String model) {
    return handler.waitingRoom().depths().getOrDefault(model, 0);
  }

  int port() {
    return server.address().getPort();
  }

  List<ApiRoute> routes() {
    return ApiServer.table(
        local,
        ApiSettings.from(ApiFixture.config()),
        parts,
        new OpenStreams(),
        new AtomicBoolean());
  }

  HttpResponse<String> send(String method, String path, String body, String authorization)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .timeout(Duration.ofSeconds(30))
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("authorization", authorization)
            .method(
                method,
                method.equals("GET")
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() throws Exception {
    server.close().toCompletableFuture().get(30, TimeUnit.SECONDS);
    ports.close().toCompletableFuture().get(30, TimeUnit.SECONDS);
    timers.shutdownNow();
  }
}
