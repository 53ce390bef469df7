package io.remuda.deploy.moves;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LlamaServer;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Lets a deployment fall asleep and asks for it fifty times at once, at two gateways: counts starts
 * and answers, and measures how soon the first answer is there.
 */
final class Wakes implements AutoCloseable {

  static final String USAGE =
      """
      usage: deploy/bench/wake.sh [ROUNDS] [--jvm]

        ROUNDS   times that it sleeps and is woken, 1 to 1000; default 9
        --jvm    the model in the JVM, also where there is a llama-server
      """;

  private static final int REQUESTS = 50;
  private static final String NAME = "sleeper";

  private final SmallFleet fleet;
  private final Api api;
  private final List<String> gateways;
  private final boolean jvm;
  private final PrintStream out;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** What one wake came to; times from the first request. */
  record Wake(int starts, int answered, Duration first, Duration last) {}

  private Wakes(Path folder, boolean jvm, PrintStream out) throws Exception {
    this.jvm = jvm;
    this.out = out;
    Path models = Files.createDirectories(folder.resolve("models"));
    BigramModel.ofDemoCorpus().writeGguf(models.resolve("small.gguf"));
    this.fleet =
        SmallFleet.start(
            folder,
            Map.of(
                "remuda.node.model-roots",
                List.of(models.toString()),
                "remuda.node.jvm.pace",
                "2ms"),
            Map.of());
    Ground.leaveAtExit(fleet, folder);
    this.api = new Api(fleet.url());
    this.gateways = List.of(fleet.url(), fleet.addGateway(Map.of()));
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
    try (Wakes wakes = new Wakes(Ground.folder("wakes"), jvm, System.out)) {
      good = wakes.run(rounds.count());
    } catch (Exception | AssertionError e) {
      System.err.println("not measured: " + e);
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run(int rounds) throws Exception {
    out.printf(
        "fleet: registry, machine and 2 gateways in one JVM; engine: %s; %d requests at once%n",
        jvm ? "in the JVM" : "llama-server", REQUESTS);
    api.deploy(NAME, spec());
    List<Wake> wakes = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      asleep();
      Wake wake = wake();
      wakes.add(wake);
      out.printf(
          "round %d  %d start(s), %d of %d answered, first after %d ms, last after %d ms%n",
          round,
          wake.starts(),
          wake.answered(),
          REQUESTS,
          wake.first().toMillis(),
          wake.last().toMillis());
    }
    List<Duration> firsts = wakes.stream().map(Wake::first).sorted().toList();
    out.printf(
        "first answer: median %d ms, slowest %d ms of %d; starts %d of %d; answered %d of %d%n",
        firsts.get((rounds - 1) / 2).toMillis(),
        firsts.get(rounds - 1).toMillis(),
        rounds,
        wakes.stream().mapToInt(Wake::starts).sum(),
        rounds,
        wakes.stream().mapToInt(Wake::answered).sum(),
        rounds * REQUESTS);
    return wakes.stream().allMatch(wake -> wake.starts() == 1 && wake.answered() == REQUESTS);
  }

  private String spec() {
    String engine =
        jvm
            ? "\"engine\":\"jvm\",\"model\":\"demo\""
            : "\"engine\":\"llama-server\",\"model\":\"small.gguf\",\"context\":256,"
                + "\"arguments\":{\"threads\":\"1\"}";
    return "{%s,\"slots\":8,\"scaling\":{\"min\":0,\"max\":1,\"idleAfterSeconds\":1}}"
        .formatted(engine);
  }

  private void asleep() {
    Eventually.isTrue(
        "it sleeps",
        Api.LIMIT,
        () -> {
          JsonNode seen = api.deployment(NAME);
          return seen.path("reason").asText().contains("asleep")
              && seen.path("instances").isEmpty();
        });
    for (String gateway : gateways) {
      Eventually.isTrue(
          "each gateway knows that it sleeps",
          Api.LIMIT,
          () -> new Api(gateway).get("/v1/models/" + NAME).at("/instances/ready").asInt(-1) == 0);
    }
  }

  private Wake wake() throws Exception {
    long before = api.lastEvent(NAME);
    ConcurrentLinkedQueue<Long> ends = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    long began = System.nanoTime();
    for (int i = 0; i < REQUESTS; i++) {
      answers.add(
          client
              .sendAsync(request(gateways.get(i % gateways.size())), BodyHandlers.ofString())
              .whenComplete((answer, failure) -> ends.add(System.nanoTime() - began)));
    }
    int answered = 0;
    for (CompletableFuture<HttpResponse<String>> each : answers) {
      HttpResponse<String> answer = each.get(Api.LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (Asked.outcome(answer.statusCode(), answer.body(), false) == Asked.Outcome.ANSWERED) {
        answered++;
      } else {
        out.printf("  not answered: %d %s%n", answer.statusCode(), answer.body());
      }
    }
    List<Long> sorted = ends.stream().sorted().toList();
    int starts =
        (int)
            api.events(NAME, before).stream()
                .filter(event -> event.path("kind").asText().equals("InstanceAssigned"))
                .count();
    return new Wake(
        starts,
        answered,
        Duration.ofNanos(sorted.get(0)),
        Duration.ofNanos(sorted.get(sorted.size() - 1)));
  }

  private static HttpRequest request(String gateway) {
    return HttpRequest.newBuilder(URI.create(gateway + "/v1/chat/completions"))
        .timeout(Api.LIMIT)
        .header("content-type", "application/json")
        .POST(
            BodyPublishers.ofString(
                """
                {"model":"%s","max_tokens":8,\
                "messages":[{"role":"user","content":"the horse"}]}"""
                    .formatted(NAME)))
        .build();
  }

  @Override
  public void close() throws Exception {
    fleet.close();
  }
}
