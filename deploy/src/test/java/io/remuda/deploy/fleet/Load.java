package io.remuda.deploy.fleet;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One client that asks a model again and again, every other time for a stream, and notes every
 * request that fails; a stream fails that does not end as streams do.
 */
final class Load implements AutoCloseable {

  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final Thread thread;
  private volatile boolean ending;

  Load(Gateway gateway, String model) {
    thread = new Thread(() -> run(gateway, model), "load");
    thread.start();
  }

  private void run(Gateway gateway, String model) {
    for (int i = 0; !ending; i++) {
      boolean stream = i % 2 == 1;
      try {
        Gateway.Answer answer =
            stream ? gateway.stream(model, "the horse") : gateway.chat(model, "the horse");
        if (answer.status() == 200 && (!stream || whole(answer.text()))) {
          answered.incrementAndGet();
        } else {
          failures.add(answer.status() + " " + answer.text());
        }
      } catch (RuntimeException e) {
        failures.add(e.toString());
      }
    }
  }

  private static boolean whole(String events) {
    return events.endsWith("data: [DONE]\n\n") && !events.contains("\"error\"");
  }

  int answered() {
    return answered.get();
  }

  List<String> failures() {
    return failures;
  }

  @Override
  public void close() {
    ending = true;
    try {
      thread.join(40_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
