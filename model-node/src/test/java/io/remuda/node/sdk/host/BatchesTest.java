package io.remuda.node.sdk.host;

import static io.remuda.node.sdk.host.HostBench.LATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.jar.SampleJars;
import io.remuda.node.sdk.host.HostBench.Said;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchesTest {
  /** Each answer is its message and the size of the batch that it was in. */
  private static final String SIZES =
      "return inputs.stream().map(each -> answer(each.getValue() + \" of \" + inputs.size()))"
          + ".toList();";

  @TempDir Path folder;

  @Test
  void putsTogetherWhatArrivesTogether() throws Exception {
    Path jar = batch("batchSize = 4, batchWindowMillis = 60_000, concurrency = 1", SIZES);

    try (HostBench bench = HostBench.serving(jar)) {
      assertThat(texts(bench, "a", "b", "c", "d"))
          .containsExactly("a of 4", "b of 4", "c of 4", "d of 4");
    }
  }

  @Test
  void oneAloneWaitsNoLongerThanTheWindow() throws Exception {
    Path jar = batch("batchSize = 4, batchWindowMillis = 50", SIZES);

    try (HostBench bench = HostBench.serving(jar)) {
      assertThat(bench.predict("a")).isEqualTo(new Said(200, "a of 1"));
      assertThat(bench.predict("b")).isEqualTo(new Said(200, "b of 1"));
    }
  }

  @Test
  void withoutAWindowNobodyWaits() throws Exception {
    Path jar = batch("batchSize = 4, batchWindowMillis = 0, concurrency = 2", SIZES);

    try (HostBench bench = HostBench.serving(jar)) {
      assertThat(bench.predict("a")).isEqualTo(new Said(200, "a of 1"));
    }
  }

  @Test
  void oneBadMessageSpoilsNoOther() throws Exception {
    Path jar =
        batch(
            "batchSize = 3, batchWindowMillis = 60_000, concurrency = 1",
            "for (StringValue each : inputs) if (each.getValue().equals(\"bad\"))"
                + " throw new BadInput(\"not this one\"); "
                + SIZES);

    try (HostBench bench = HostBench.serving(jar)) {
      assertThat(all(bench, "a", "bad", "c"))
          .containsExactly(
              new Said(200, "a of 1"), new Said(400, "not this one"), new Said(200, "c of 1"));
    }
  }

  @Test
  void refusesAnswersThatAreTooFew() throws Exception {
    Path jar = batch("batchSize = 2, batchWindowMillis = 1", "return List.of();");

    try (HostBench bench = HostBench.serving(jar)) {
      Said said = bench.predict("a");

      assertThat(said.status()).isEqualTo(500);
      assertThat(said.text()).contains("0 answers to 1 messages");
    }
  }

  @Test
  void aBatchThatHangsIsGivenUpAndTheNextOneRuns() throws Exception {
    Path jar =
        batch(
            "batchSize = 2, batchWindowMillis = 60_000, concurrency = 1",
            "if (inputs.get(0).getValue().equals(\"hang\"))"
                + " new java.util.concurrent.CountDownLatch(1).await(); "
                + SIZES);

    try (HostBench bench = HostBench.serving(jar, "--timeout-seconds", "0.2")) {
      assertThat(all(bench, "hang", "hang")).extracting(Said::status).containsExactly(504, 504);
      // Where the machine stood still for the time-out, they are asked again.
      List<Said> next =
          Eventually.find(
              "the next batch in time",
              HostBench.LIMIT,
              () ->
                  Optional.of(all(bench, "a", "b"))
                      .filter(said -> said.stream().noneMatch(one -> one.status() == LATE)));
      assertThat(next).extracting(Said::text).containsExactly("a of 2", "b of 2");
    }
  }

  private Path batch(String card, String body) {
    return SampleJars.batch(folder.resolve("a.jar"), card, body);
  }

  private static List<String> texts(HostBench bench, String... inputs) throws Exception {
    return all(bench, inputs).stream().map(Said::text).toList();
  }

  private static List<Said> all(HostBench bench, String... inputs) throws Exception {
    List<CompletableFuture<Said>> under = new ArrayList<>();
    for (String input : inputs) {
      under.add(bench.later(input));
    }
    List<Said> said = new ArrayList<>();
    for (CompletableFuture<Said> each : under) {
      said.add(each.get(HostBench.LIMIT.toSeconds(), TimeUnit.SECONDS));
    }
    return said;
  }
}
