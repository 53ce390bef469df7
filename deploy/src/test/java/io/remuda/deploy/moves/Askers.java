package io.remuda.deploy.moves;

import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that together ask one model so often a second, every other time for a stream, and note
 * what became of each request. Each asks its next question when it has its answer and its turn has
 * come; nothing is tried again.
 */
final class Askers implements AutoCloseable {

  private static final int EACH_PER_SECOND = 5;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int TOKENS = 8;

  private final String url;
  private final String model;
  private final Duration wait;
  private final Duration pace;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean ending;

  /**
   * Begins to ask.
   *
   * @param wait for how long a request may be held
   */
  Askers(String url, String model, int perSecond, Duration wait) {
    this.url = url;
    this.model = model;
    this.wait = wait;
    int clients = Math.max(1, perSecond / EACH_PER_SECOND);
    this.pace = Duration.ofSeconds(clients).dividedBy(perSecond);
    for (int i = 0; i < clients; i++) {
      int number = i;
      Thread thread =
          new Thread(() -> run(number, pace.multipliedBy(number).dividedBy(clients)), "asker-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** Waits for so many more good answers. */
  void awaitAnswered(int more) {
    int enough = answered.get() + more;
    Eventually.isTrue("clients are answered", LIMIT, () -> answered.get() >= enough);
  }

  /** Ends, and tells of all requests in the order of their ends. */
  List<Asked> end() throws InterruptedException {
    ending = true;
    for (Thread thread : threads) {
      thread.join(LIMIT.toMillis());
    }
    List<Asked> all = new ArrayList<>(asked);
    all.sort(Comparator.comparing(Asked::end));
    return all;
  }

  @Override
  public void close() throws InterruptedException {
    end();
  }

  /** The longest time between two good answers to one client. */
  static Duration longestGap(List<Asked> all) {
    Duration longest = Duration.ZERO;
    Map<Integer, Instant> last = new HashMap<>();
    for (Asked one : all) {
      if (one.outcome() == Asked.Outcome.ANSWERED) {
        Instant before = last.put(one.client(), one.end());
        if (before != null && Duration.between(before, one.end()).compareTo(longest) > 0) {
          longest = Duration.between(before, one.end());
        }
      }
    }
    return longest;
  }

  private void run(int number, Duration delay) {
    long next = System.nanoTime() + delay.toNanos();
    for (int i = 0; !ending; i++) {
      for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      // A slow answer is made good by the next questions: so many a second are asked in the end.
      next += pace.toNanos();
      if (!ending) {
        note(ask(number, i % 2 == 1));
      }
    }
  }

  private void note(Asked one) {
    asked.add(one);
    if (one.outcome() == Asked.Outcome.ANSWERED) {
      answered.incrementAndGet();
    }
  }

  private Asked ask(int number, boolean stream) {
    Instant begin = Instant.now();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
            .timeout(LIMIT)
            .header("content-type", "application/json")
            .header("x-remuda-wait", String.format(Locale.ROOT, "%.3f", wait.toMillis() / 1000.0))
            .POST(
                BodyPublishers.ofString(
                    """
                    {"model":"%s","max_tokens":%d,"stream":%s,\
                    "messages":[{"role":"user","content":"the horse"}]}"""
                        .formatted(model, TOKENS, stream)))
            .build();
    try {
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      Asked.Outcome outcome = Asked.outcome(answer.statusCode(), answer.body(), stream);
      return new Asked(
          number,
          begin,
          Instant.now(),
          outcome,
          outcome == Asked.Outcome.ANSWERED ? "" : answer.statusCode() + " " + answer.body());
    } catch (IOException broken) {
      return new Asked(number, begin, Instant.now(), Asked.Outcome.FAILED, broken.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ending = true;
      return new Asked(number, begin, Instant.now(), Asked.Outcome.FAILED, e.toString());
    }
  }
}
