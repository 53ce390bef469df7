package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Observation.Size;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks each node, once in a while, how long its queues are. One that does not answer, since it is
 * broken or between two clusters, is asked again the next time.
 */
final class Queues implements AutoCloseable {

  /** Nodes put their measurements together half as often. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final Map<String, URI> nodes;
  private final QueueSizes sizes;
  private final Recorder recorder;
  private final Duration pause;
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();
  private final Thread thread = new Thread(this::run, "queues");
  private volatile boolean ending;

  /**
   * @param nodes where each tells its metrics, by its name
   */
  Queues(Map<String, URI> nodes, QueueSizes sizes, Recorder recorder) {
    this(nodes, sizes, recorder, PAUSE);
  }

  Queues(Map<String, URI> nodes, QueueSizes sizes, Recorder recorder, Duration pause) {
    this.nodes = new TreeMap<>(nodes);
    this.sizes = sizes;
    this.recorder = recorder;
    this.pause = pause;
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!ending) {
      nodes.forEach(this::ask);
      LockSupport.parkNanos(pause.toNanos());
    }
  }

  private void ask(String node, URI metrics) {
    if (ending) {
      return;
    }
    try {
      HttpRequest request = HttpRequest.newBuilder(metrics).timeout(LIMIT).build();
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() == 200) {
        List<Size> seen = sizes.of(node, recorder.now(), answer.body());
        seen.forEach(recorder::add);
        if (!seen.isEmpty()) {
          told.add(node);
        }
      }
    } catch (IOException away) {
      // The next time it may be there.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Those of which nothing was ever seen, so that nothing was judged. */
  Set<String> untold() {
    Set<String> untold = new TreeSet<>(nodes.keySet());
    untold.removeAll(told);
    return untold;
  }

  @Override
  public void close() {
    ending = true;
    LockSupport.unpark(thread);
    try {
      thread.join(LIMIT.multipliedBy(2).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
