package io.remuda.deploy.moves;

import io.remuda.deploy.moves.LeaseClient.Held;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stops holders of leases until others have their instances, lets them go on, and notes what
 * becomes of their calls. Several do so beside each other, each with a process and a deployment of
 * one instance of its own.
 */
final class Pauses {

  /** Calls that are answered before a holder is stopped. */
  private static final int BEFORE = 4;

  /** Calls after it has gone on, while the other one holds the instance, and again after that. */
  private static final int AFTER = 4;

  /** On a busy machine a renewal may be late; so often in a row it is a failure. */
  private static final int TRIES = 5;

  private static final int OTHERS_TTL_SECONDS = 60;

  private final String url;
  private final Path keyFile;
  private final String front;
  private final LeaseClient client;
  private final PrintStream out;
  private final AtomicInteger left;
  private final AtomicInteger lapsed = new AtomicInteger();
  private final AtomicInteger broken = new AtomicInteger();

  Pauses(SmallFleet fleet, String front, int cycles, PrintStream out) {
    this.url = fleet.url();
    this.keyFile = fleet.keyFile();
    this.front = front;
    this.client = new LeaseClient(url);
    this.left = new AtomicInteger(cycles);
    this.out = out;
  }

  /** All of them, by one holder for each of {@code models}. */
  List<Paused> run(List<String> models) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(models.size());
    try {
      List<Future<List<Paused>>> each = new ArrayList<>();
      for (String model : models) {
        each.add(threads.submit(() -> run(model)));
      }
      List<Paused> all = new ArrayList<>();
      for (Future<List<Paused>> one : each) {
        all.addAll(one.get());
      }
      return all;
    } finally {
      List<Runnable> unused = threads.shutdownNow();
    }
  }

  /** Leases that were over before their holders were stopped: such a try counts for nothing. */
  int lapsed() {
    return lapsed.get();
  }

  /** Cycles that did not come to their end. */
  int broken() {
    return broken.get();
  }

  private List<Paused> run(String model) throws Exception {
    List<Paused> all = new ArrayList<>();
    HolderProcess holder = HolderProcess.start(url, model, front, keyFile);
    try {
      while (left.getAndDecrement() > 0) {
        try {
          all.add(cycle(holder, model));
        } catch (IOException | AssertionError why) {
          broken.incrementAndGet();
          out.printf("  %s did not come to its end: %s%n", model, why);
          holder.close();
          holder = HolderProcess.start(url, model, front, keyFile);
        }
      }
    } finally {
      holder.close();
    }
    return all;
  }

  /** Stops a holder whose calls were answered until then. */
  private Paused cycle(HolderProcess holder, String model) throws Exception {
    for (int i = 0; i < TRIES; i++) {
      holder.tell(Holder.HOLD);
      String line = holder.next();
      if (!line.equals(Holder.HELD)) {
        throw new IOException("the holder holds nothing: " + line);
      }
      List<Paused.Call> calls = new ArrayList<>();
      await(holder, calls, BEFORE, Instant.MIN);
      if (calls.stream().allMatch(Paused.Call::answered)) {
        return pause(holder, model, calls);
      }
      end(holder, calls);
      if (calls.stream().anyMatch(call -> !call.answered() && !call.refused())) {
        throw new IOException("a holder's call failed: " + calls);
      }
      lapsed.incrementAndGet();
    }
    throw new IOException("%d leases were over before their time".formatted(TRIES));
  }

  private Paused pause(HolderProcess holder, String model, List<Paused.Call> calls)
      throws Exception {
    holder.stop();
    Held other = client.ready(model, OTHERS_TTL_SECONDS);
    long ready = Instant.now().getEpochSecond();
    if (!client.askUnder(other, model).isAnswered()) {
      throw new IOException("the next holder's call was not answered");
    }
    Eventually.isTrue(
        "another second has begun", Api.LIMIT, () -> Instant.now().getEpochSecond() > ready);
    // As precise as the holder tells of its calls.
    Instant wentOn = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    holder.goOn();
    await(holder, calls, AFTER, wentOn);
    client.release(other.id());
    await(holder, calls, AFTER, Instant.now());
    end(holder, calls);
    return new Paused(calls, wentOn);
  }

  /** Notes calls until so many of them began at {@code since} or later. */
  private static void await(HolderProcess holder, List<Paused.Call> calls, int count, Instant since)
      throws IOException, InterruptedException {
    int seen = 0;
    while (seen < count) {
      Paused.Call call = Paused.Call.parse(holder.next());
      calls.add(call);
      seen += call.begin().isBefore(since) ? 0 : 1;
    }
  }

  private static void end(HolderProcess holder, List<Paused.Call> calls)
      throws IOException, InterruptedException {
    holder.tell(Holder.ENOUGH);
    for (String line = holder.next(); !line.equals(Holder.DONE); line = holder.next()) {
      calls.add(Paused.Call.parse(line));
    }
  }
}
