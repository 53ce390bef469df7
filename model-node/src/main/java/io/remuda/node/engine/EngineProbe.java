package io.remuda.node.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.node.engine.EngineProfile.ReadinessStep;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Finds out whether an engine answers, and that what answers is our engine: its process lives, the
 * port is listened on by its own group, and each step of its profile holds. Never blocks.
 */
public final class EngineProbe implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EngineSettings settings;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(EngineProbe::daemon);
  private final HttpClient client;

  public EngineProbe(EngineSettings settings) {
    this.settings = settings;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.probeLimit())
            .executor(timer)
            .build();
  }

  /**
   * Asks again and again until the engine is ready, has died, another answers in its place, or
   * {@code limit} is over.
   *
   * @param serves decides which warm-up is tried
   * @param process the engine's own; empty for an address elsewhere
   */
  public CompletionStage<Readiness> awaitReady(
      EngineProfile profile,
      Endpoint serves,
      EngineTarget target,
      Optional<EngineProcess> process,
      Duration limit) {
    Attempt attempt = new Attempt(profile, serves, target, process, limit, true);
    process.ifPresent(
        running ->
            running.exit().thenAccept(exit -> attempt.result.complete(new Readiness.Died(exit))));
    timer.execute(attempt::round);
    return attempt.result.minimalCompletionStage();
  }

  /** One round of all steps, for an engine that has been ready before; ends within the limit. */
  public CompletionStage<Readiness> once(
      EngineProfile profile,
      Endpoint serves,
      EngineTarget target,
      Optional<EngineProcess> process,
      Duration limit) {
    Attempt attempt = new Attempt(profile, serves, target, process, limit, false);
    timer.execute(attempt::round);
    return attempt.result.minimalCompletionStage();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private final class Attempt {
    private final EngineProfile profile;
    private final EngineTarget target;
    private final Optional<EngineProcess> process;
    private final List<ReadinessStep> steps;
    private final CompletableFuture<Readiness> result = new CompletableFuture<>();
    private final long started = System.nanoTime();
    private final Duration limit;
    private final boolean again;
    private volatile String seen = "no answer yet";
    // Used on the timer's thread alone.
    private final PortLooks port;

    Attempt(
        EngineProfile profile,
        Endpoint serves,
        EngineTarget target,
        Optional<EngineProcess> process,
        Duration limit,
        boolean again) {
      this.profile = profile;
      this.target = target;
      this.process = process;
      this.limit = limit;
      this.again = again;
      this.port = new PortLooks(again);
      this.steps =
          profile.readiness().stream()
              .filter(step -> step.on().isEmpty() || step.on().contains(serves))
              .toList();
      timer.schedule(
          this::timeIsUp, limit.plus(settings.probeInterval()).toMillis(), TimeUnit.MILLISECONDS);
    }

    void round() {
      if (result.isDone()) {
        return;
      }
      if (process.isPresent() && process.get().alive() && !process.get().ownsItsPort()) {
        portIsNotOurs(process.get());
        return;
      }
      step(0);
    }

    /** Nobody listens yet, or a stranger does. */
    private void portIsNotOurs(EngineProcess ours) {
      switch (port.look(ours.portTaken() && !ours.ownsItsPort())) {
        case NOBODY -> retry("it does not listen yet");
        case PERHAPS_A_STRANGER -> retry(taken(ours));
        case STRANGER -> result.complete(new Readiness.Impostor(taken(ours)));
      }
    }

    private static String taken(EngineProcess ours) {
      return "port "
          + ours.record().port()
          + " is listened on by a process that is not this engine's";
    }

    private void step(int index) {
      if (index == steps.size()) {
        result.complete(new Readiness.Ready(passed()));
        return;
      }
      ReadinessStep step = steps.get(index);
      client
          .sendAsync(request(step), HttpResponse.BodyHandlers.ofString())
          .whenComplete(
              (response, failure) -> {
                if (failure != null) {
                  retry(step.path() + ": " + plain(failure));
                  return;
                }
                String wrong =
                    ReadinessPolicy.wrong(
                        step, response.statusCode(), json(response.body()), target.servedName());
                if (wrong.isEmpty()) {
                  step(index + 1);
                } else {
                  retry(wrong);
                }
              });
    }

    private HttpRequest request(ReadinessStep step) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(target.at(step.path())).timeout(settings.probeLimit());
      target.headers().forEach(request::header);
      if (step.method().equals("GET")) {
        return request.GET().build();
      }
      String body = step.body().replace("{name}", target.servedName());
      return request
          .header("content-type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body))
          .build();
    }

    private void timeIsUp() {
      result.complete(
          new Readiness.NotReady(
              profile.name() + " is not ready after " + passed().toMillis() + " ms: " + seen));
    }

    private Duration passed() {
      return Duration.ofNanos(System.nanoTime() - started);
    }

    private void retry(String why) {
      seen = why;
      if (!again || passed().compareTo(limit) > 0) {
        timeIsUp();
        return;
      }
      timer.schedule(this::round, settings.probeInterval().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private static String plain(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    String message = cause.getMessage();
    if (message == null && cause instanceof ConnectException) {
      return "no connection: nothing listens there, or it cannot be reached";
    }
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "engine-probe");
    thread.setDaemon(true);
    return thread;
  }
}
