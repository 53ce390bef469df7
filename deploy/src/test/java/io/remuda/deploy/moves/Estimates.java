package io.remuda.deploy.moves;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.node.gguf.GgufHeader;
import io.remuda.node.gguf.MemoryEstimate;
import io.remuda.node.gguf.RandomModel;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts engines that use 0.5 to 2 times what was estimated of their model, three times each, and
 * compares what the fourth one claims with what it uses. The estimate is that of a real file's
 * header; the engine is a process that takes as much memory as it is told.
 */
final class Estimates implements AutoCloseable {

  static final String USAGE =
      """
      usage: deploy/bench/estimates.sh [ROUNDS]

        ROUNDS   rounds of all five factors, 1 to 1000; default 9
      """;

  private static final List<Double> FACTORS = List.of(0.5, 0.75, 1.0, 1.5, 2.0);
  private static final int STARTS = 3;
  private static final double WITHIN = 0.1;
  private static final int CONTEXT = 16_384;
  private static final int SLOTS = 4;

  /** A claim that fits is not told anew: after a few looks at it none is news. */
  private static final Duration SETTLED = Duration.ofMillis(1_500);

  private final SmallFleet fleet;
  private final Api api;
  private final long estimate;
  private final PrintStream out;

  /** What the next instance claimed after the starts, and what it then used, in MiB. */
  record Learnt(double factor, long first, long claim, long use) {

    double off() {
      return Math.abs(claim - use) / (double) use;
    }
  }

  private Estimates(Path folder, PrintStream out) throws Exception {
    this.out = out;
    Path models = Files.createDirectories(folder.resolve("models"));
    Path file = models.resolve("random.gguf");
    RandomModel.writeGguf(file, 2, 256, 1_000, 1);
    this.estimate =
        MemoryEstimate.of(GgufHeader.read(file), CONTEXT, SLOTS).claim(0, 1).memoryMiB();
    Path profiles = Files.createDirectories(folder.resolve("profiles"));
    Files.writeString(profiles.resolve("sized.conf"), profile());
    this.fleet =
        SmallFleet.start(
            folder,
            Map.of(
                "remuda.node.model-roots",
                List.of(models.toString()),
                "remuda.node.engine.profiles",
                profiles.toString(),
                "remuda.node.gpu.nvidia-smi",
                "",
                "remuda.node.gpu.interval",
                "200ms",
                "remuda.node.measure-after",
                "400ms",
                "remuda.node.report-interval",
                "200ms"),
            Map.of());
    Ground.leaveAtExit(fleet, folder);
    this.api = new Api(fleet.url());
  }

  private static String profile() {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path classes =
        Path.of(
            URI.create(
                SizedEngine.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    return """
        name = sized
        description = "takes as much memory as it is told"
        kind = process
        traffic = clean
        verification = "a measurement's own"
        serves = [chat, completions]
        model = file
        executable { variable = REMUDA_SIZED, locations = ["%s"], names = [java], install = "a JDK" }
        arguments = [{ args = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx16m",
          "-XX:MaxDirectMemorySize=2g", "-cp", "%s", "%s", "--port", "{port}", "--name", "{name}"] }]
        options { uses { flag = "--uses", type = integer, min = 1, max = 4096 } }
        readiness = [
          { get = "/v1/models", expect = alias }
          { post = "/v1/completions", expect = token, on = [chat, completions]
            body = "{}" }
        ]
        """
        .formatted(java, classes, SizedEngine.class.getName());
  }

  public static void main(String[] arguments) throws Exception {
    Optional<Rounds> wanted = Rounds.parse(arguments, "");
    if (wanted.isEmpty()) {
      System.err.print(USAGE);
      System.exit(2);
    }
    Rounds rounds = wanted.orElseThrow();
    if (rounds.help()) {
      System.out.print(USAGE);
      return;
    }
    boolean good = false;
    try (Estimates estimates = new Estimates(Ground.folder("estimates"), System.out)) {
      good = estimates.run(rounds.count());
    } catch (Exception | AssertionError e) {
      System.err.println("not measured: " + e);
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run(int rounds) throws Exception {
    out.printf(
        "estimate of the file: %d MiB; claims after %d starts, within %.0f %%%n",
        estimate, STARTS, WITHIN * 100);
    double worst = 0;
    for (int round = 1; round <= rounds; round++) {
      for (Learnt learnt : round(round)) {
        worst = Math.max(worst, learnt.off());
        out.printf(
            Locale.ROOT,
            "round %d  %.2f times the estimate: claimed %d MiB at first, %d MiB after %d starts,"
                + " used %d MiB, off by %.1f %%%n",
            round,
            learnt.factor(),
            learnt.first(),
            learnt.claim(),
            STARTS,
            learnt.use(),
            learnt.off() * 100);
      }
    }
    out.printf(
        Locale.ROOT,
        "worst of %d: off by %.1f %%; within %.0f %%: %s%n",
        rounds * FACTORS.size(),
        worst * 100,
        WITHIN * 100,
        worst <= WITHIN ? "yes" : "NO");
    return worst <= WITHIN;
  }

  private List<Learnt> round(int round) throws Exception {
    List<String> names =
        FACTORS.stream().map(factor -> "sized-%d-%.0f".formatted(round, factor * 100)).toList();
    List<Long> firsts = new ArrayList<>();
    for (int start = 0; start < STARTS; start++) {
      for (int i = 0; i < names.size(); i++) {
        if (start == 0) {
          api.deploy(names.get(i), spec(FACTORS.get(i)));
        } else {
          api.scale(names.get(i), 1);
        }
      }
      for (String name : names) {
        JsonNode instance = ready(name);
        if (start == 0) {
          firsts.add(claim(instance));
        }
      }
      settle();
      for (String name : names) {
        api.scale(name, 0);
      }
      for (String name : names) {
        Eventually.isTrue(
            name + " has ended", Api.LIMIT, () -> api.deployment(name).path("instances").isEmpty());
      }
    }
    List<Learnt> learnt = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      api.scale(names.get(i), 1);
      JsonNode instance = ready(names.get(i));
      learnt.add(
          new Learnt(FACTORS.get(i), firsts.get(i), claim(instance), used(names.get(i), instance)));
      api.scale(names.get(i), 0);
    }
    return learnt;
  }

  private String spec(double factor) {
    return """
        {"engine":"sized","model":"random.gguf","context":%d,"slots":%d,\
        "arguments":{"uses":"%d"}}"""
        .formatted(CONTEXT, SLOTS, Math.round(estimate * factor));
  }

  private JsonNode ready(String name) {
    api.awaitServing(name, 1, SLOTS);
    return Eventually.find(
        "its instance is told",
        Api.LIMIT,
        () ->
            Optional.of(api.deployment(name).at("/instances/0"))
                .filter(instance -> instance.path("pid").asLong() > 0));
  }

  private static void settle() {
    long end = System.nanoTime() + SETTLED.toNanos();
    for (long left = SETTLED.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static long claim(JsonNode instance) {
    return instance.at("/resources/memoryMiB").asLong();
  }

  /** By the system, not by the fleet. */
  private static long used(String name, JsonNode instance) throws IOException {
    Path status = Path.of("/proc", instance.path("pid").asText(), "status");
    long used = SizedEngine.resident(status);
    if (used <= 0) {
      throw new IOException("the system says nothing of the memory of " + name);
    }
    return used;
  }

  @Override
  public void close() throws Exception {
    fleet.close();
  }
}
