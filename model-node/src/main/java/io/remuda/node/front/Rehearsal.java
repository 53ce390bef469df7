package io.remuda.node.front;

import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.Keys;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A request that goes the whole way before any client's does: through a front's port, a gate, and
 * over HTTP to what stands for an engine, all of them parts of its own that end with it. The JVM
 * then has loaded what a request needs; on a machine that is busy, and one whose node has just come
 * back is, that takes a second, which the first requests would wait for.
 */
public final class Rehearsal {

  private static final String HOST = "127.0.0.1";
  private static final InstanceId INSTANCE = InstanceId.of("rehearsal-1");

  /** The first one loads, the others take ways that only a second request takes. */
  private static final int REQUESTS = 3;

  private Rehearsal() {}

  /**
   * Plays it.
   *
   * @param limit of each request
   * @return whether all requests were answered; never a failure
   */
  public static CompletionStage<Boolean> play(FrontSettings settings, Duration limit) {
    Hosted hosted = new Hosted();
    Front front = new Front(hosted, settings, FrontMetrics.NONE);
    String key = UUID.randomUUID().toString();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    CompletionStage<Boolean> played =
        FrontServer.start(front, new NoPages(), key, HOST, 0)
            .thenCompose(
                server -> {
                  URI door = URI.create("http://" + HOST + ":" + server.port());
                  // Its own open page stands for the engine.
                  hosted.put(ready(door));
                  HttpRequest request =
                      HttpRequest.newBuilder(door.resolve("/i/" + INSTANCE + "/health"))
                          .timeout(limit)
                          .header(Keys.CLUSTER_KEY_HEADER, key)
                          .build();
                  return repeat(client, request, REQUESTS);
                });
    return played
        .exceptionally(failed -> false)
        .thenCompose(good -> front.close().handle((done, failed) -> good));
  }

  private static CompletionStage<Boolean> repeat(HttpClient client, HttpRequest request, int left) {
    if (left == 0) {
      return CompletableFuture.completedStage(true);
    }
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenCompose(
            answer ->
                answer.statusCode() == 200
                    ? repeat(client, request, left - 1)
                    : CompletableFuture.completedStage(false));
  }

  private static HostedInstance ready(URI engine) {
    Gate gate = new Gate(1, 0);
    gate.open();
    return new HostedInstance(
        INSTANCE,
        "rehearsal",
        Phase.READY,
        -1,
        Optional.empty(),
        gate,
        new Upstream.Http(engine, INSTANCE.model().value(), Map.of()),
        true,
        Set.of(),
        Optional.empty(),
        new AtomicLong());
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
