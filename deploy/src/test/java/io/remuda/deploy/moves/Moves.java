package io.remuda.deploy.moves;

import io.remuda.node.ModelNode;
import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LlamaServer;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Scales and updates deployments, tries canaries and switches an alias under load, and counts the
 * requests that were not answered. Two machines share one deployment; a third has room for just one
 * instance of another one, whose update therefore leaves a gap: a request that is refused in it is
 * none that failed. A fourth has what the alias is switched to.
 */
final class Moves implements AutoCloseable {

  static final String USAGE =
      """
      usage: deploy/bench/moves.sh [ROUNDS] [--jvm]

        ROUNDS   rounds of all moves, 1 to 1000; default 9
        --jvm    the model in the JVM, also where there is a llama-server
      """;

  private static final int PER_SECOND = 50;

  /** Of a model in the JVM. */
  private static final String PACE = "2ms";

  private static final int MOST = 4;

  /** Who may wait for a slot does so; nobody may wait until a gap is over. */
  private static final Duration PATIENT = Duration.ofSeconds(20);

  private static final Duration BRIEF = Duration.ofMillis(500);

  /** Slots of what the alias is switched to. */
  private static final int OTHER = 8;

  private static final int CANARY_PERCENT = 20;

  /** For so long requests go to both versions, or to what the alias was switched to. */
  private static final Duration CANARY_TIME = Duration.ofSeconds(2);

  /** Fewer requests a second than this share of what is meant is no load to speak of. */
  private static final double ENOUGH = 0.9;

  private final SmallFleet fleet;
  private final Api api;
  private final boolean jvm;
  private final PrintStream out;
  private int shared = 8;
  private int alone = 8;

  /** What a move came to. */
  record Result(
      String move,
      int requests,
      Duration span,
      List<Asked> failed,
      Duration longest,
      Optional<Gap> gap) {

    double perSecond() {
      return requests * 1_000.0 / Math.max(1, span.toMillis());
    }

    /** Why it counts for nothing, or was no good; empty where it was good. */
    Optional<String> objection() {
      if (!failed.isEmpty()) {
        return Optional.of(failed.size() + " requests failed");
      }
      if (gap.filter(declared -> declared.isExceededBy(longest)).isPresent()) {
        return Optional.of("the gap was longer than declared");
      }
      // While nobody serves, refused clients ask less often.
      return gap.isEmpty() && perSecond() < ENOUGH * PER_SECOND
          ? Optional.of("fewer than %.0f requests/s".formatted(ENOUGH * PER_SECOND))
          : Optional.empty();
    }
  }

  private Moves(SmallFleet fleet, boolean jvm, PrintStream out) {
    this.fleet = fleet;
    this.api = new Api(fleet.url());
    this.jvm = jvm;
    this.out = out;
  }

  private static Moves start(Path folder, boolean jvm, PrintStream out) throws Exception {
    Path models = Files.createDirectories(folder.resolve("models"));
    BigramModel.ofDemoCorpus().writeGguf(models.resolve("small.gguf"));
    SmallFleet fleet =
        SmallFleet.start(
            folder,
            Map.of(
                "remuda.node.model-roots",
                List.of(models.toString()),
                "remuda.node.jvm.pace",
                PACE,
                // Somebody always asks, so nothing is ever idle for long.
                "remuda.registry.rollout.idle-patience",
                "2s"),
            machine("alone", 1));
    Ground.leaveAtExit(fleet, folder);
    fleet.addMachine(machine("shared", 2));
    fleet.addMachine(machine("shared", 2));
    fleet.addMachine(machine("other", 1));
    Moves moves = new Moves(fleet, jvm, out);
    Eventually.isTrue(
        "four machines are there",
        Api.LIMIT,
        () -> moves.api.get("/v1/machines").path("data").size() == 4);
    return moves;
  }

  /**
   * One rolling update in a fleet that somebody else has, on a machine that is added for that and
   * ends afterwards.
   */
  static Result surgeIn(SmallFleet fleet) throws Exception {
    Map<String, Object> quick = new HashMap<>(machine("shared", 2));
    quick.put("remuda.node.jvm.pace", PACE);
    ModelNode machine = fleet.addMachine(quick);
    Moves moves = new Moves(fleet, true, System.out);
    moves.api.deploy("shared", moves.spec("shared", moves.shared, 1, "surge"));
    moves.api.awaitServing("shared", 1, moves.shared);
    moves.api.awaitReady("shared", 1);
    Result result = moves.run(moves.rollingUpdate());
    moves.api.scale("shared", 0);
    machine.hasten();
    machine.close();
    return result;
  }

  private static Map<String, Object> machine(String place, int cpus) {
    return Map.of("remuda.node.labels.place", place, "remuda.node.capacity.cpus", cpus);
  }

  public static void main(String[] arguments) throws Exception {
    Optional<Rounds> wanted = Rounds.parse(arguments, "--jvm");
    if (wanted.isEmpty()) {
      System.err.print(USAGE);
      System.exit(2);
    }
    Rounds rounds = wanted.orElseThrow();
    if (rounds.help()) {
      System.out.print(USAGE);
      return;
    }
    boolean jvm = rounds.flag() || LlamaServer.find().isEmpty();
    boolean good = false;
    try (Moves moves = start(Ground.folder("moves"), jvm, System.out)) {
      good = moves.run(rounds.count());
    } catch (Exception | AssertionError e) {
      System.err.println("not measured: " + e);
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run(int rounds) throws Exception {
    out.printf(
        "fleet: registry, 4 machines and a gateway in one JVM; engine: %s; %d requests/s, half of"
            + " them streams%n",
        jvm ? "in the JVM" : "llama-server", PER_SECOND);
    api.deploy("shared", spec("shared", shared, 1, "surge"));
    api.deploy("alone", spec("alone", alone, 1, "recreate-when-idle"));
    api.deploy("other", spec("other", OTHER, 1, "surge"));
    api.awaitServing("shared", 1, shared);
    api.awaitServing("alone", 1, alone);
    api.awaitServing("other", 1, OTHER);
    api.alias("talk", "shared");
    int failed = 0;
    int requests = 0;
    boolean good = true;
    for (int round = 1; round <= rounds; round++) {
      for (Move move : moves()) {
        Result result = run(move);
        print(round, result);
        requests += result.requests();
        failed += result.failed().size();
        good &= result.objection().isEmpty();
      }
    }
    out.printf("%d requests in %d rounds, %d failed%n", requests, rounds, failed);
    return good;
  }

  /** One round of them; whoever adds a kind of move adds it here. */
  private List<Move> moves() {
    return List.of(
        new Move("scale 1 to 4 to 1", "shared", false, this::scale),
        rollingUpdate(),
        new Move("canary, promoted", "shared", false, this::promoted),
        new Move("canary, rolled back", "shared", false, this::rolledBack),
        new Move("alias there and back", "talk", false, this::switched),
        new Move("update without a spare place", "alone", true, this::recreate));
  }

  private Move rollingUpdate() {
    return new Move("rolling update (surge)", "shared", false, this::surge);
  }

  private void scale() throws Exception {
    api.scale("shared", MOST);
    api.awaitServing("shared", MOST, shared);
    api.scale("shared", 1);
    api.awaitServing("shared", 1, shared);
  }

  private void surge() throws Exception {
    shared = other(shared);
    api.update("shared", spec("shared", shared, 1, "surge"));
    api.awaitServing("shared", 1, shared);
  }

  private void promoted() throws Exception {
    int next = other(shared);
    canary(next);
    api.promote("shared");
    api.awaitServing("shared", 1, next);
    shared = next;
  }

  private void rolledBack() throws Exception {
    canary(other(shared));
    api.rollBack("shared");
    api.awaitServing("shared", 1, shared);
  }

  /** Both versions serve for a while, the new one by its weight. */
  private void canary(int slots) throws Exception {
    api.update("shared", spec("shared", slots, 1, "surge", ",\"canaryPercent\":" + CANARY_PERCENT));
    api.awaitReady("shared", 2);
    LockSupport.parkNanos(CANARY_TIME.toNanos());
  }

  private void switched() throws Exception {
    api.alias("talk", "other");
    LockSupport.parkNanos(CANARY_TIME.toNanos());
    api.alias("talk", "shared");
  }

  private void recreate() throws Exception {
    alone = other(alone);
    api.update("alone", spec("alone", alone, 1, "recreate-when-idle"));
    api.awaitServing("alone", 1, alone);
  }

  /** Another number of slots is another version. */
  private static int other(int slots) {
    return slots == 8 ? 9 : 8;
  }

  private String spec(String place, int slots, int replicas, String strategy) {
    return spec(place, slots, replicas, strategy, "");
  }

  /**
   * @param canary further fields of the rollout
   */
  private String spec(String place, int slots, int replicas, String strategy, String canary) {
    String engine =
        jvm
            ? "\"engine\":\"jvm\",\"model\":\"demo\""
            : "\"engine\":\"llama-server\",\"model\":\"small.gguf\",\"context\":256,"
                + "\"arguments\":{\"threads\":\"1\"}";
    return """
        {%s,"slots":%d,"replicas":%d,"resources":{"memoryMiB":64,"cpus":1},\
        "machineLabels":{"place":"%s"},"rollout":{"strategy":"%s"%s}}"""
        .formatted(engine, slots, replicas, place, strategy, canary);
  }

  private Result run(Move move) throws Exception {
    long before = move.gap() ? api.lastEvent(move.model()) : 0;
    List<Asked> all;
    try (Askers askers =
        new Askers(fleet.url(), move.model(), PER_SECOND, move.gap() ? BRIEF : PATIENT)) {
      askers.awaitAnswered(PER_SECOND);
      move.action().run();
      askers.awaitAnswered(PER_SECOND);
      all = askers.end();
    }
    Optional<Gap> gap =
        move.gap() ? Gap.of(api.events(move.model(), before)) : Optional.<Gap>empty();
    List<Asked> failed =
        all.stream()
            .filter(one -> one.outcome() != Asked.Outcome.ANSWERED)
            .filter(one -> gap.filter(declared -> declared.explains(one)).isEmpty())
            .toList();
    return new Result(
        move.name(),
        all.size(),
        Duration.between(all.get(0).begin(), all.get(all.size() - 1).end()),
        failed,
        move.gap() ? Gap.seen(all) : Askers.longestGap(all),
        gap);
  }

  private void print(int round, Result result) {
    String gap =
        result
            .gap()
            .map(
                declared ->
                    "declared gap %d ms, seen %d ms"
                        .formatted(declared.length().toMillis(), result.longest().toMillis()))
            .orElseGet(
                () ->
                    "longest between two answers to a client %d ms"
                        .formatted(result.longest().toMillis()));
    out.printf(
        Locale.ROOT,
        "round %d  %-29s %6d requests in %.1f s (%.1f/s), %d failed, %s%s%n",
        round,
        result.move(),
        result.requests(),
        result.span().toMillis() / 1000.0,
        result.perSecond(),
        result.failed().size(),
        gap,
        result.objection().map(why -> ": NO GOOD, " + why).orElse(""));
    result.failed().stream()
        .limit(3)
        .forEach(one -> out.printf("  failed at %s: %s%n", one.begin(), one.words()));
  }

  @Override
  public void close() throws Exception {
    fleet.close();
  }
}
