package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Observation.Outcome;
import io.remuda.deploy.check.Observation.Request;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that asks at a steady pace, every other time for a stream, and notes what became of each
 * request. While a gateway is broken, a connection to it that breaks before the first byte is made
 * anew to the other one, as clients behind a load balancer do. Nothing else is tried again: a
 * gateway that is well drops no request.
 */
final class Client implements AutoCloseable {

  private static final Duration RECONNECT = Duration.ofMillis(50);

  /** A host that is there refuses at once; one that has other work may stand still for a while. */
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private static final ModelName MODEL = new ModelName(Stage.MODEL);

  /** What came of one try. */
  private record Tried(
      Optional<Outcome> outcome, Optional<Duration> firstByte, Optional<InstanceId> servedBy) {}

  private final String name;
  private final Entrance entrance;
  private final Recorder recorder;
  private final Duration pace;
  private final Duration limit;
  private final Duration wait;
  private final ScheduledExecutorService timers;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_LIMIT)
          .build();
  private final Thread thread;
  private int gateway;
  private volatile Optional<Duration> waitingSince = Optional.empty();
  private volatile boolean ending;

  /**
   * @param gateway the one that it asks first
   * @param pace from the begin of a request to the begin of the next one
   * @param limit a request that takes longer has failed
   * @param wait before the first request
   * @param timers end requests that take too long
   */
  Client(
      String name,
      Entrance entrance,
      int gateway,
      Duration pace,
      Duration limit,
      Duration wait,
      Recorder recorder,
      ScheduledExecutorService timers) {
    this.name = name;
    this.entrance = entrance;
    this.gateway = gateway;
    this.pace = pace;
    this.limit = limit;
    this.wait = wait;
    this.recorder = recorder;
    this.timers = timers;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    long next = System.nanoTime() + wait.toNanos();
    awaitTime(next);
    for (int i = 0; !ending; i++) {
      ask(name + "-" + i, i % 2 == 1);
      next = Math.max(next + pace.toNanos(), System.nanoTime());
      awaitTime(next);
    }
  }

  private static void awaitTime(long nanoTime) {
    long pause = nanoTime - System.nanoTime();
    if (pause > 0) {
      LockSupport.parkNanos(pause);
    }
  }

  /** Whether it has waited for an answer since before {@code moment}. */
  boolean waitsSince(Duration moment) {
    return waitingSince.filter(begin -> begin.compareTo(moment) < 0).isPresent();
  }

  private void ask(String id, boolean stream) {
    Duration begin = recorder.now();
    waitingSince = Optional.of(begin);
    Duration asked = begin;
    Tried tried = attempt(id, stream);
    while (tried.outcome().isEmpty()
        && entrance.broken().since(asked, gateway().name())
        && recorder.now().minus(begin).compareTo(limit) < 0) {
      gateway = (gateway + 1) % entrance.gateways().size();
      LockSupport.parkNanos(RECONNECT.toNanos());
      asked = recorder.now();
      tried = attempt(id, stream);
    }
    recorder.add(
        new Request(
            id,
            name,
            MODEL,
            gateway().name(),
            begin,
            tried.firstByte(),
            recorder.now(),
            tried.outcome().orElse(Outcome.FAILED),
            tried.servedBy()));
    waitingSince = Optional.empty();
  }

  private Entrance.Gateway gateway() {
    return entrance.gateways().get(gateway);
  }

  private Tried attempt(String id, boolean stream) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateway().url() + "/v1/chat/completions"))
            .timeout(limit)
            .header("Authorization", "Bearer " + entrance.key())
            .header("Content-Type", "application/json")
            .header("x-request-id", id)
            .POST(
                BodyPublishers.ofString(
                    """
                    {"model":"%s","max_tokens":16,"stream":%s,\
                    "messages":[{"role":"user","content":"the horse"}]}"""
                        .formatted(Stage.MODEL, stream)))
            .build();
    try {
      return read(id, http.send(request, BodyHandlers.ofInputStream()), stream);
    } catch (java.net.http.HttpConnectTimeoutException away) {
      recorder.quote(id, away.toString());
      return new Tried(Optional.empty(), Optional.empty(), Optional.empty());
    } catch (java.net.http.HttpTimeoutException late) {
      recorder.quote(id, late.toString());
      return new Tried(Optional.of(Outcome.FAILED), Optional.empty(), Optional.empty());
    } catch (IOException broken) {
      recorder.quote(id, broken.toString());
      return new Tried(Optional.empty(), Optional.empty(), Optional.empty());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ending = true;
      return new Tried(Optional.of(Outcome.FAILED), Optional.empty(), Optional.empty());
    }
  }

  /** Reads an answer to its end, or until it takes too long. */
  private Tried read(String id, HttpResponse<InputStream> response, boolean stream) {
    Optional<InstanceId> servedBy =
        response.headers().firstValue("x-remuda-instance").flatMap(InstanceId::parse);
    Optional<Duration> firstByte = Optional.empty();
    StringBuilder text = new StringBuilder();
    ScheduledFuture<?> overdue =
        timers.schedule(() -> end(response), limit.toMillis(), TimeUnit.MILLISECONDS);
    try (InputStream body = response.body()) {
      byte[] piece = new byte[4096];
      int read = body.read(piece);
      while (read >= 0) {
        if (firstByte.isEmpty()) {
          firstByte = Optional.of(recorder.now());
        }
        text.append(new String(piece, 0, read, StandardCharsets.UTF_8));
        read = body.read(piece);
      }
    } catch (IOException broken) {
      recorder.quote(id, broken.toString());
      boolean again = firstByte.isEmpty();
      return new Tried(again ? Optional.empty() : Optional.of(Outcome.FAILED), firstByte, servedBy);
    } finally {
      overdue.cancel(false);
    }
    Outcome outcome = outcome(response.statusCode(), text.toString(), stream);
    if (outcome != Outcome.ANSWERED) {
      recorder.quote(id, response.statusCode() + " " + text);
    }
    return new Tried(Optional.of(outcome), firstByte, servedBy);
  }

  private static void end(HttpResponse<InputStream> response) {
    try {
      response.body().close();
    } catch (IOException closed) {
      // It is at its end already.
    }
  }

  /** What an answer that was read to its end was. */
  static Outcome outcome(int status, String text, boolean stream) {
    boolean error = text.contains("\"error\"");
    if (status == 429 || status == 503) {
      return error ? Outcome.REFUSED : Outcome.FAILED;
    }
    if (status != 200) {
      return error ? Outcome.ERROR : Outcome.FAILED;
    }
    if (!stream) {
      return text.contains("\"choices\"") ? Outcome.ANSWERED : Outcome.FAILED;
    }
    if (error) {
      return Outcome.ERROR;
    }
    return text.endsWith("data: [DONE]\n\n") ? Outcome.ANSWERED : Outcome.SILENCE;
  }

  /** Asks nothing more; {@link #close} waits for what is under way. */
  void stop() {
    ending = true;
  }

  @Override
  public void close() {
    stop();
    try {
      thread.join(2 * limit.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From one request of a client to its next one; no gap between two answers is shorter. */
  static Duration pace(int perSecond) {
    return Duration.ofSeconds(count(perSecond)).dividedBy(perSecond);
  }

  /** How many it takes to ask so often a second: few, since their own pauses count as gaps too. */
  static int count(int perSecond) {
    return Math.max(2, perSecond / 5);
  }

  /**
   * So many of them, through all gateways, as ask together so often a second: one after the other,
   * not all at the same moment.
   */
  static List<Client> together(
      Entrance entrance,
      int perSecond,
      Duration limit,
      Recorder recorder,
      ScheduledExecutorService timers) {
    int clients = count(perSecond);
    Duration pace = pace(perSecond);
    return java.util.stream.IntStream.range(0, clients)
        .mapToObj(
            i ->
                new Client(
                    "client-" + i,
                    entrance,
                    i % entrance.gateways().size(),
                    pace,
                    limit,
                    pace.multipliedBy(i).dividedBy(clients),
                    recorder,
                    timers))
        .toList();
  }
}
