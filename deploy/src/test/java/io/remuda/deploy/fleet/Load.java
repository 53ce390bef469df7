package io.remuda.deploy.fleet;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** One client that asks a model again and again, and notes every request that fails. */
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
    while (!ending) {
      try {
        Gateway.Answer answer = gateway.chat(model, "the horse");
        if (answer.status() == 200) {
          answered.incrementAndGet();
        } else {
          failures.add(answer.status() + " " + answer.text());
        }
      } catch (RuntimeException e) {
        failures.add(e.toString());
      }
    }
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
