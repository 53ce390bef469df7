package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.deploy.check.Gaps;
import io.remuda.deploy.check.History;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Observation.Fault;
import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.Request;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * Breaks a fleet of real processes under load, again and again, and judges what was seen; run by
 * deploy/chaos/chaos.sh in namespaces of its own.
 */
public final class Chaos {

  private static final Duration SETTLE_LIMIT = Duration.ofSeconds(120);

  /** Far above what is promised: a registry node that takes none by then takes none. */
  private static final Duration CHANGES_LIMIT = Duration.ofSeconds(120);

  private static final Duration LEASES_LIMIT = Duration.ofSeconds(120);

  private static final Duration CALM = Duration.ofSeconds(1);

  /** Two ticks of a node's metrics and a look at them. */
  private static final Duration QUEUES_PATIENCE = Duration.ofSeconds(30);

  /** What is seen for so long without a fault is what to compare with. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  private final Options options;
  private final Stage stage;
  private final Recorder recorder = new Recorder();
  private final Books books = new Books();
  private final List<Verdict> verdicts = new ArrayList<>();

  /** Instances that are there, by id: each round's history begins with them. */
  private final Map<String, InstanceStarted> there = new HashMap<>();

  private List<Client> clients = List.of();

  private Duration lastHealed = Duration.ZERO;

  private Chaos(Options options, Stage stage) {
    this.options = options;
    this.stage = stage;
  }

  /** See {@link Options#USAGE}. Ends with 1 when anything was wrong, with 2 when asked wrongly. */
  public static void main(String[] arguments) throws Exception {
    if (List.of(arguments).contains("--help")) {
      System.out.println(Options.USAGE);
      return;
    }
    Options options;
    try {
      options = Options.parse(List.of(arguments), new Random());
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    if (System.getenv("REMUDA_CHAOS_ISOLATED") == null) {
      System.err.println("started outside of its namespaces; use deploy/chaos/chaos.sh");
      System.exit(2);
    }
    System.exit(run(options) ? 0 : 1);
  }

  private static boolean run(Options options) throws Exception {
    System.out.printf(
        "seed %d, %d registry nodes, %d machines, 2 gateways, %d requests/s on %d processors%s%n",
        options.seed(),
        options.registries(),
        options.machines(),
        options.perSecond(),
        Runtime.getRuntime().availableProcessors(),
        Processors.areShared() ? ", of which each host has an equal share" : "");
    try (Stage stage = new Stage(folder(), options.registries(), options.machines())) {
      stage.deploy(Client.count(options.perSecond()));
      return new Chaos(options, stage).all();
    } catch (TestAbortedException missing) {
      System.out.println(missing.getMessage());
      return true;
    }
  }

  private boolean all() throws InterruptedException {
    ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
    List<String> atTheEnd;
    Rest rest;
    try (Watch watch = new Watch(stage, recorder);
        Rivals rivals = new Rivals(stage.doors(), recorder);
        Holders holders = new Holders(stage.doors(), recorder);
        Queues queues =
            new Queues(
                stage.metrics(),
                stage.queues(),
                QueueSizes.from(
                    ConfigFactory.load(), stage.slots(Client.count(options.perSecond()))),
                recorder)) {
      Eventually.passes(
          "the fleet is as wished",
          SETTLE_LIMIT,
          () ->
              assertThat(watch.lastIfAny())
                  .hasValueSatisfying(look -> assertThat(look).matches(Watch.Look::settled)));
      clients =
          Client.together(
              stage.entrance(), options.perSecond(), options.requestLimit(), recorder, timers);
      try {
        quiet();
        rivals.start();
        holders.start();
        playAll(watch, holders);
      } finally {
        clients.forEach(Client::stop);
        clients.forEach(Client::close);
        rivals.close();
        holders.close();
      }
      Duration ended = recorder.now();
      if (verdicts.stream().allMatch(each -> each.settled().isPresent())) {
        // Whether it comes to that the looks tell, which are judged below.
        var unused = watch.until(Watch.Look::asWished, options.limits().settle());
      }
      rest = new Rest(there.values(), ended);
      rest.see(recorder.take());
      books.keep(rest.seen());
      atTheEnd = new ArrayList<>(books.audit(stage, recorder.now()));
      System.out.println("\n" + holders.told());
      if (holders.refused() == 0) {
        atTheEnd.add("no call was refused whose lease was over, so that none was judged");
      }
      atTheEnd.addAll(queues.missed(lastHealed, QUEUES_PATIENCE));
    } finally {
      timers.shutdownNow();
    }
    // Nobody sees anything any more.
    rest.see(recorder.take());
    rest.wrong().forEach(each -> atTheEnd.add(Verdict.text(each, recorder)));
    return tell(atTheEnd);
  }

  private void quiet() {
    Round.pass(options.warmUp());
    keep(recorder.take());
    Duration begin = recorder.now();
    Round.pass(QUIET);
    List<Observation> taken = recorder.take();
    keep(taken);
    List<Observation> all = new ArrayList<>(taken);
    all.add(new Fault("none", Set.of(), begin, Optional.of(recorder.now())));
    Duration gap =
        Gaps.longest(new History(all), options.limits()).getOrDefault("none", Duration.ZERO);
    System.out.printf(
        "%7.1f s  without a fault        %4d requests, gap %.1f s; each client asks every %.1f s%n",
        Round.seconds(begin),
        requests(taken).size(),
        Round.seconds(gap),
        Round.seconds(Client.pace(options.perSecond())));
    tellSlowest(taken, begin);
  }

  private void tellSlowest(List<Observation> taken, Duration begin) {
    Slowest.of(requests(taken), begin, stage.logs())
        .forEach(line -> System.out.println("             " + line));
  }

  /** A fleet that did not come to rest would be judged for the last fault, not for the next one. */
  private void playAll(Watch watch, Holders holders) {
    Random order = new Random(options.seed());
    for (int i = 1; i <= options.rounds(); i++) {
      List<FaultKind> kinds = new ArrayList<>(options.faults());
      Collections.shuffle(kinds, order);
      for (FaultKind kind : kinds) {
        Verdict verdict =
            play(new Round(kind, stage, recorder, watch, order, options.brief()), watch, holders);
        if (verdict.settled().isEmpty()) {
          System.out.println("stopped: the fleet is not as wished; its logs: target/chaos");
          return;
        }
      }
    }
  }

  private Verdict play(Round round, Watch watch, Holders holders) {
    Round.pass(CALM);
    keep(recorder.take());
    Round.pass(Duration.ofMillis(round.random().nextInt(500)));
    Duration start = recorder.now();
    try {
      Faults.run(round);
    } catch (RuntimeException | AssertionError e) {
      round.demand("the round came to its end", false, e.toString());
      round.heals();
    }
    lastHealed = round.healed();
    Optional<Duration> settled = round.until(Watch.Look::settled, SETTLE_LIMIT);
    Optional<Duration> wished = watch.wishedAfter();
    round.demandChanges(CHANGES_LIMIT);
    round.demandLeases(holders, settled.orElseGet(recorder::now), LEASES_LIMIT);
    Round.pass(CALM);
    awaitAnswers(round);
    List<Observation> seen = new ArrayList<>(there.values());
    List<Observation> taken = recorder.take();
    seen.addAll(taken);
    keep(taken);
    Verdict verdict = Verdict.of(round, seen, options.limits(), wished, settled);
    verdicts.add(verdict);
    System.out.printf(
        "%7.1f s  %-22s %4d requests, %d failed (%d not allowed), gap %.1f s, as wished after %s,"
            + " all nodes back after %s%n",
        Round.seconds(start),
        round.kind(),
        verdict.requests(),
        verdict.failed(),
        verdict.undue(),
        Round.seconds(verdict.gap()),
        verdict.wished().map(Table::text).orElse("never"),
        verdict.settled().map(Table::text).orElse("never"));
    System.out.printf(
        "             broken from %.1f s to %.1f s%n",
        Round.seconds(round.began()), Round.seconds(round.healed()));
    verdict.seen().forEach(finding -> System.out.println("             " + finding));
    tellSlowest(taken, round.began());
    verdict.wrong().forEach(wrong -> System.out.println("   WRONG     " + wrong));
    if (!verdict.wrong().isEmpty()) {
      notRunning();
    }
    return verdict;
  }

  /**
   * What a client still waits for is this round's: else it would be the next one's, or nobody's.
   */
  private void awaitAnswers(Round round) {
    Duration limit = options.requestLimit().multipliedBy(2);
    Duration now = recorder.now();
    try {
      Eventually.isTrue(
          "clients have their answers",
          limit,
          () -> clients.stream().noneMatch(client -> client.waitsSince(now)));
    } catch (AssertionError late) {
      round.demand("clients have their answers", false, "not within " + limit.toSeconds() + " s");
    }
  }

  private static List<Request> requests(List<Observation> seen) {
    return seen.stream().filter(Request.class::isInstance).map(Request.class::cast).toList();
  }

  /** A node that is not there after a round explains much. */
  private void notRunning() {
    stage.all().stream()
        .filter(node -> !node.isAlive())
        .forEach(node -> System.out.println(node.name() + " has ended:\n" + node.lastWords()));
  }

  private void keep(List<Observation> seen) {
    books.keep(seen);
    for (Observation each : seen) {
      if (each instanceof InstanceStarted started) {
        there.put(started.instance().toString(), started);
      } else if (each instanceof Observation.InstanceStopped stopped) {
        there.remove(stopped.instance().toString());
      }
    }
  }

  private boolean tell(List<String> atTheEnd) {
    System.out.println("\n" + Table.of(verdicts));
    List<String> wrong =
        new ArrayList<>(verdicts.stream().flatMap(each -> each.wrong().stream()).toList());
    wrong.addAll(atTheEnd);
    long late = verdicts.stream().mapToLong(each -> each.late().size()).sum();
    wrong.forEach(each -> System.out.println("WRONG " + each));
    System.out.printf(
        "%d violations, %d times missed; again: %s%n", wrong.size(), late, options.command());
    return wrong.isEmpty() && (options.brief() || late == 0);
  }

  /** An empty folder; what the last run left is removed. */
  private static Path folder() throws java.io.IOException {
    Path folder = Path.of("target/chaos").toAbsolutePath();
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
    return Files.createDirectories(folder);
  }
}
