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

  private static final Duration LOOKS = Duration.ofMillis(50);

  private final Map<String, URI> nodes;
  private final Map<String, Set<String>> wanted;
  private final QueueSizes sizes;
  private final Recorder recorder;
  private final Duration pause;
  private final Map<Told, Duration> told = new ConcurrentHashMap<>();
  private final Set<String> broken = ConcurrentHashMap.newKeySet();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();
  private final Thread thread = new Thread(this::run, "queues");
  private volatile boolean ending;

  /** What a node tells of, all instances as one. */
  private record Told(String node, String what) {
    static Told of(Size size) {
      boolean before = size.what().startsWith(QueueSizes.BEFORE);
      return new Told(size.part(), before ? QueueSizes.BEFORE : size.what());
    }
  }

  /**
   * @param nodes where each tells its metrics, by its name
   * @param wanted what each must tell of
   */
  Queues(
      Map<String, URI> nodes,
      Map<String, Set<String>> wanted,
      QueueSizes sizes,
      Recorder recorder) {
    this(nodes, wanted, sizes, recorder, PAUSE);
  }

  Queues(
      Map<String, URI> nodes,
      Map<String, Set<String>> wanted,
      QueueSizes sizes,
      Recorder recorder,
      Duration pause) {
    this.nodes = new TreeMap<>(nodes);
    this.wanted = new TreeMap<>(wanted);
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
        seen.forEach(size -> told.put(Told.of(size), size.at()));
        seen.forEach(recorder::add);
      }
    } catch (IOException away) {
      // The next time it may be there.
    } catch (RuntimeException e) {
      // What cannot be read is told at the end; the others are asked all the same.
      broken.add("the queues of " + node + " could not be read: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Of which queues nothing was seen after {@code since}, so that they were not judged, and which
   * answers could not be read. Waits as long as {@code patience} for what is missing: a node tells
   * what it saw at its last tick.
   */
  List<String> missed(Duration since, Duration patience) {
    Duration end = recorder.now().plus(patience);
    Set<String> missed = untold(since);
    while (!missed.isEmpty() && recorder.now().compareTo(end) < 0) {
      LockSupport.parkNanos(LOOKS.toNanos());
      missed = untold(since);
    }
    missed.addAll(broken);
    return List.copyOf(missed);
  }

  private Set<String> untold(Duration since) {
    Set<String> untold = new TreeSet<>();
    wanted.forEach(
        (node, kinds) ->
            kinds.stream()
                .filter(what -> !isTold(new Told(node, what), since))
                .forEach(
                    what -> untold.add("not told since the last fault: " + what + " of " + node)));
    return untold;
  }

  private boolean isTold(Told what, Duration since) {
    Duration last = told.get(what);
    return last != null && last.compareTo(since) > 0;
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
