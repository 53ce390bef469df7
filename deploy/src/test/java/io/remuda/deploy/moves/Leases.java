package io.remuda.deploy.moves;

import io.remuda.deploy.moves.LeaseClient.Answer;
import io.remuda.deploy.moves.LeaseClient.Held;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestFolders;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Leases a warm idle instance again and again, hands one over from a holder to a client that waits,
 * and has {@link Pauses} stop holders. Each deployment keeps to one instance, so that whoever waits
 * for it gets that one and no other.
 */
final class Leases implements AutoCloseable {

  static final String USAGE =
      """
      usage: deploy/bench/leases.sh [ROUNDS] [--cycles N]

        ROUNDS       rounds of 20 leases and 5 changes of holder, 1 to 1000; default 9
        --cycles N   holders that are stopped until others have their instances, 1 to 9999;
                     default 100
      """;

  private static final int LEASES = 20;
  private static final int CHANGES = 5;
  private static final Duration READY_BOUND = Duration.ofMillis(50);
  private static final Duration CHANGE_BOUND = Duration.ofMillis(100);
  private static final String NAME = "leased";
  private static final int TTL_SECONDS = 60;
  private static final int HOLDERS = 8;

  /** Leases are asked for apart from each other, as by clients that do not know of each other. */
  private static final Duration APART = Duration.ofMillis(200);

  private final SmallFleet fleet;
  private final Api api;
  private final LeaseClient client;
  private final PrintStream out;
  private int failed;

  private Leases(Path folder, PrintStream out) {
    this.out = out;
    this.fleet = SmallFleet.start(folder, Map.of("remuda.node.jvm.pace", "1ms"), Map.of());
    this.api = new Api(fleet.url());
    this.client = new LeaseClient(fleet.url());
  }

  public static void main(String[] arguments) throws Exception {
    Optional<LeaseRounds> wanted = LeaseRounds.parse(arguments);
    if (wanted.isEmpty()) {
      System.err.print(USAGE);
      System.exit(2);
    }
    LeaseRounds typed = wanted.orElseThrow();
    if (typed.rounds().help()) {
      System.out.print(USAGE);
      return;
    }
    boolean good;
    try (Leases leases = new Leases(TestFolders.untilExit("leases"), System.out)) {
      good = leases.run(typed.rounds().count(), typed.cycles());
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run(int rounds, int cycles) throws Exception {
    out.printf(
        "fleet: registry, machine and a gateway in one JVM; models in the JVM; a round of %d leases"
            + " and %d changes of holder before the first is not measured%n",
        LEASES, CHANGES);
    deploy(NAME);
    ready();
    changes();
    failed = 0;
    List<Duration> ready = new ArrayList<>();
    List<Duration> changes = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      List<Duration> now = ready();
      List<Duration> after = changes();
      print("round " + round, now, after);
      ready.addAll(now);
      changes.addAll(after);
    }
    print("all", ready, changes);
    out.printf("%d of their calls failed%n", failed);
    boolean kept = pauses(cycles);
    return kept && failed == 0;
  }

  private void print(String what, List<Duration> ready, List<Duration> changes) {
    out.printf("%-9s READY lease      %s%n", what, new Times(ready).under(READY_BOUND));
    out.printf("%-9s release to next  %s%n", what, new Times(changes).under(CHANGE_BOUND));
  }

  private void deploy(String name) throws IOException, InterruptedException {
    api.deploy(
        name,
        """
        {"engine":"jvm","model":"demo","slots":4,"scaling":{"min":1,"max":1}}""");
    api.awaitServing(name, 1, 4);
  }

  /** From the request for a lease of an idle instance until it is READY, so many times. */
  private List<Duration> ready() throws IOException, InterruptedException {
    List<Duration> all = new ArrayList<>();
    for (int i = 0; i < LEASES; i++) {
      awaitFree();
      long asked = System.nanoTime();
      Held lease = client.ready(NAME, TTL_SECONDS);
      all.add(Duration.ofNanos(System.nanoTime() - asked));
      use(lease);
      client.release(lease.id());
    }
    return all;
  }

  /** From the request that ends a lease until the next one that waits is READY, so many times. */
  private List<Duration> changes() throws Exception {
    List<Duration> all = new ArrayList<>();
    for (int i = 0; i < CHANGES; i++) {
      Held first = client.ready(NAME, TTL_SECONDS);
      String second = client.acquire(NAME, TTL_SECONDS).id();
      AtomicLong told = new AtomicLong();
      CompletableFuture<Answer> next =
          client.waits(second).whenComplete((answer, failure) -> told.set(System.nanoTime()));
      apart();
      if (next.isDone()) {
        throw new IOException("nobody waited: " + next.join());
      }
      long released = System.nanoTime();
      client.release(first.id());
      Held lease = next.get(Api.LIMIT.toSeconds(), TimeUnit.SECONDS).held();
      all.add(Duration.ofNanos(told.get() - released));
      use(lease);
      client.release(lease.id());
    }
    return all;
  }

  private void use(Held lease) throws IOException, InterruptedException {
    Answer answer = client.askUnder(lease, NAME);
    if (!answer.isAnswered()) {
      failed++;
      out.printf("  not answered: %d %s%n", answer.status(), answer.text());
    }
  }

  /** The instance answers everybody again, and has done nothing for a while. */
  private void awaitFree() {
    Eventually.isTrue(
        "the instance is everybody's", Api.LIMIT, () -> client.askFreely(NAME).isAnswered());
    apart();
  }

  private static void apart() {
    long began = System.nanoTime();
    Eventually.isTrue(
        "some time has passed", Api.LIMIT, () -> System.nanoTime() - began >= APART.toNanos());
  }

  private boolean pauses(int cycles) throws Exception {
    List<String> models =
        IntStream.rangeClosed(1, Math.min(HOLDERS, cycles)).mapToObj(i -> "held-" + i).toList();
    for (String model : models) {
      deploy(model);
    }
    String front = api.get("/v1/machines").at("/data/0/front").asText();
    Pauses pauses = new Pauses(fleet, front, cycles, out);
    long began = System.nanoTime();
    List<Paused> all = pauses.run(models);
    List<Paused.Call> stale = all.stream().flatMap(one -> one.stale().stream()).toList();
    List<Paused.Call> bad = all.stream().flatMap(one -> one.failed().stream()).toList();
    stale.forEach(call -> out.printf("  stale and answered: %s%n", call));
    bad.forEach(call -> out.printf("  failed: %s%n", call));
    out.printf(
        "%d of %d holders stopped and let go on by %d processes in %d s; of their later calls"
            + " %d were refused at the gateway, %d at the instance itself; %d stale calls accepted,"
            + " %d calls failed, %d leases lapsed before%n",
        all.size(),
        cycles,
        models.size(),
        Duration.ofNanos(System.nanoTime() - began).toSeconds(),
        all.stream().mapToLong(one -> one.refused(false)).sum(),
        all.stream().mapToLong(one -> one.refused(true)).sum(),
        stale.size(),
        bad.size(),
        pauses.lapsed());
    return stale.isEmpty() && bad.isEmpty() && pauses.broken() == 0 && all.size() == cycles;
  }

  @Override
  public void close() throws Exception {
    fleet.close();
  }
}
