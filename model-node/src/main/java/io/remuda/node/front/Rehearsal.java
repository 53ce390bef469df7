package io.remuda.node.front;

import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.Keys;
import io.remuda.protocol.bytes.FrontHeaders;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
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
 * Requests that go the whole way before any client's does: through a front's port, a gate, and over
 * HTTP to what stands for an engine, which answers with a stream of tokens; all of them parts of
 * its own that end with it. The JVM then has loaded what a request needs, and compiled most of it;
 * on a machine that is busy, and one whose node has just come back is, that takes a second, which
 * the first requests would wait for.
 *
 * <p>Not rehearsed are a TLS handshake, since its port is unencrypted also where the node has a
 * certificate, models in the JVM, and workers that join.
 */
public final class Rehearsal {

  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  private static final String HOST = "127.0.0.1";
  private static final InstanceId INSTANCE = InstanceId.of("rehearsal-1");

  /**
   * The first one loads. A JVM compiles a method when it was called some 200 times, and most of
   * them are called several times for each request, header or piece of the answer.
   */
  private static final int REQUESTS = 50;

  private static final String PATH = "/v1/chat/completions";
  private static final Buffer QUESTION =
      Buffer.buffer(
          """
          {"model":"rehearsal","stream":true,"messages":[{"role":"user","content":"Are you there?"}]}""");
  private static final List<Buffer> ANSWER =
      List.of(
          event(
              """
              {"choices":[{"index":0,"delta":{"content":"Yes"},"finish_reason":null}]}"""),
          event(
              """
              {"choices":[{"index":0,"delta":{"content":"."},"finish_reason":"stop"}]}"""),
          event(
              """
              {"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6}}"""),
          event("[DONE]"));

  private final Front front;
  private final Hosted hosted;
  private final Duration limit;
  private final String key = UUID.randomUUID().toString();
  private final long began = System.nanoTime();

  private Rehearsal(Front front, Hosted hosted, Duration limit) {
    this.front = front;
    this.hosted = hosted;
    this.limit = limit;
  }

  /**
   * Plays it. What it has opened closes behind its answer.
   *
   * @param limit of the first request; after half of it no further one is sent
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
    return front
        .vertx()
        .createHttpServer()
        .requestHandler(Rehearsal::answer)
        .listen(0, HOST)
        .toCompletionStage()
        .thenAccept(
            engine -> hosted.put(ready(URI.create("http://" + HOST + ":" + engine.actualPort()))))
        .thenCompose(there -> FrontServer.start(front, new NoPages(), key, HOST, 0))
        .thenCompose(this::through);
  }

  /** As an engine does. */
  private static void answer(HttpServerRequest asked) {
    HttpServerResponse answer = asked.response();
    asked
        .body()
        .onSuccess(
            question -> {
              answer.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream");
              ANSWER.forEach(answer::write);
              answer.end();
            });
  }

  private static Buffer event(String data) {
    return Buffer.buffer("data: " + data + "\n\n");
  }

  private CompletionStage<Boolean> through(FrontServer server) {
    // On the front's loops, so that it ends with them.
    HttpClient client = front.vertx().createHttpClient(new HttpClientOptions().setKeepAlive(false));
    RequestOptions request =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(HOST)
            .setPort(server.port())
            .setURI("/i/" + INSTANCE + PATH)
            .putHeader(Keys.CLUSTER_KEY_HEADER, key)
            .putHeader(Keys.REQUEST_ID_HEADER, "rehearsal")
            .putHeader(FrontHeaders.MODEL, INSTANCE.model().value())
            .putHeader(FrontHeaders.STREAM, "true")
            .putHeader(HttpHeaders.CONTENT_TYPE.toString(), "application/json");
    return repeat(client, request, REQUESTS);
  }

  private CompletionStage<Boolean> repeat(HttpClient client, RequestOptions request, int left) {
    return client
        .request(request)
        .compose(call -> call.send(QUESTION))
        .compose(answer -> answer.body().map(body -> isWhole(answer.statusCode(), body)))
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
        .thenCompose(
            good -> {
              long gone = System.nanoTime() - began;
              if (!good || gone > limit.toNanos()) {
                return CompletableFuture.completedStage(false);
              }
              if (left > 1 && gone < limit.toNanos() / 2) {
                return repeat(client, request, left - 1);
              }
              log.info(
                  "event=front-rehearsed requests={} millis={}",
                  REQUESTS - left + 1,
                  TimeUnit.NANOSECONDS.toMillis(gone));
              return CompletableFuture.completedStage(true);
            });
  }

  private static boolean isWhole(int status, Buffer body) {
    return status == 200 && body.toString().endsWith("[DONE]\n\n");
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
