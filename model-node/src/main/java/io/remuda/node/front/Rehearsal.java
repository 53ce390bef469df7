package io.remuda.node.front;

import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.Keys;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that goes the whole way before any client's does: through a front's port, a gate, and
 * over HTTP to what stands for an engine, all of them parts of its own that end with it. The JVM
 * then has loaded what a request needs; on a machine that is busy, and one whose node has just come
 * back is, that takes a second, which the first requests would wait for.
 *
 * <p>Not rehearsed are a TLS handshake, since its port is unencrypted also where the node has a
 * certificate, a body or stream of tokens, models in the JVM, and workers that join.
 */
public final class Rehearsal {

  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  private static final String HOST = "127.0.0.1";
  private static final InstanceId INSTANCE = InstanceId.of("rehearsal-1");

  /** The first one loads, the others take ways that only a second request takes. */
  private static final int REQUESTS = 3;

  private final Front front;
  private final Hosted hosted;
  private final Duration limit;
  private final String key = UUID.randomUUID().toString();

  private Rehearsal(Front front, Hosted hosted, Duration limit) {
    this.front = front;
    this.hosted = hosted;
    this.limit = limit;
  }

  /**
   * Plays it. What it has opened closes behind its answer.
   *
   * @param limit of each request
   * @return whether all requests were answered; never a failure
   */
  public static CompletionStage<Boolean> play(FrontSettings settings, Duration limit) {
    Hosted hosted = new Hosted();
    try {
      Front front = new Front(hosted, settings, FrontMetrics.NONE);
      CompletionStage<Boolean> answer =
          new Rehearsal(front, hosted, limit).begin().exceptionally(Rehearsal::failed);
      var unused = answer.thenCompose(good -> front.close());
      return answer;
    } catch (RuntimeException e) {
      return CompletableFuture.completedStage(failed(e));
    }
  }

  private static boolean failed(Throwable failure) {
    log.info("event=rehearsal-failed reason=\"{}\"", failure.toString());
    return false;
  }

  private CompletionStage<Boolean> begin() {
    try {
      return FrontServer.start(front, new NoPages(), key, HOST, 0).thenCompose(this::through);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private CompletionStage<Boolean> through(FrontServer server) {
    // Its own open page stands for the engine.
    hosted.put(ready(URI.create("http://" + HOST + ":" + server.port())));
    // On the front's loops, so that it ends with them.
    HttpClient client = front.vertx().createHttpClient(new HttpClientOptions().setKeepAlive(false));
    RequestOptions request =
        new RequestOptions()
            .setHost(HOST)
            .setPort(server.port())
            .setURI("/i/" + INSTANCE + "/health")
            .putHeader(Keys.CLUSTER_KEY_HEADER, key);
    return repeat(client, request, REQUESTS);
  }

  private CompletionStage<Boolean> repeat(HttpClient client, RequestOptions request, int left) {
    if (left == 0) {
      return CompletableFuture.completedStage(true);
    }
    long began = System.nanoTime();
    return client
        .request(request)
        .compose(HttpClientRequest::send)
        .compose(answer -> answer.body().map(body -> answer.statusCode() == 200))
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
        .thenCompose(
            good ->
                good && System.nanoTime() - began <= limit.toNanos()
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
