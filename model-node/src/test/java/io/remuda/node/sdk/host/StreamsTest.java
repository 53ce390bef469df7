package io.remuda.node.sdk.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.node.jar.SampleJars;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsTest {
  @TempDir Path folder;

  @Test
  void sendsEachAnswerAndEnds() throws Exception {
    Path jar = streaming("for (String word : text.split(\" \")) answers.send(answer(word));");

    try (HostBench bench = HostBench.serving(jar)) {
      assertThat(bench.stream("a herd of models")).isEqualTo(List.of("a", "herd", "of", "models"));
      assertThat(bench.stream("x ".repeat(5_000))).hasSize(5_000);
    }
  }

  @Test
  void aStreamOfNothingIsWhole() throws Exception {
    try (HostBench bench = HostBench.serving(streaming(""))) {
      assertThat(bench.stream("x")).isEmpty();
    }
  }

  @Test
  void wantsToBeAskedForAStream() throws Exception {
    try (HostBench bench = HostBench.serving(streaming(""))) {
      assertThat(bench.predict("x").status()).isEqualTo(406);
      assertThat(bench.predict("x").text()).contains(HostServer.SEQUENCE);
    }
  }

  @Test
  void aFailureBeforeTheFirstAnswerHasAStatus() throws Exception {
    try (HostBench bench = HostBench.serving(streaming("throw new BadInput(\"count from 1\");"))) {
      HttpResponse<byte[]> response = bench.send(bench.streaming("x"));

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(new String(response.body(), "UTF-8")).isEqualTo("count from 1");
    }
  }

  @Test
  void aFailureAfterItCutsTheStream() throws Exception {
    Path jar = streaming("answers.send(answer(\"one\")); throw new IllegalStateException();");

    try (HostBench bench = HostBench.serving(jar)) {
      assertThatThrownBy(() -> bench.stream("x")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void silenceBetweenAnswersIsGivenUp() throws Exception {
    Path jar =
        streaming(
            "answers.send(answer(\"one\")); new java.util.concurrent.CountDownLatch(1).await();");

    try (HostBench bench = HostBench.serving(jar, "--timeout-seconds", "0.2", "--slots", "1")) {
      assertThat(endOf(bench, "x")).isEqualTo("cut");
      assertThat(endOf(bench, "its slot is free")).isEqualTo("cut");
    }
  }

  /** How a stream ends; where the machine stood still before its first answer, asked again. */
  private static String endOf(HostBench bench, String text) {
    return Eventually.find(
        "a stream that began in time",
        HostBench.LIMIT,
        () -> {
          try {
            int status = bench.send(bench.streaming(text)).statusCode();
            return status == HostBench.LATE ? Optional.empty() : Optional.of("whole: " + status);
          } catch (IOException e) {
            return Optional.of("cut");
          }
        });
  }

  @Test
  void aClientThatGoesStopsTheModel() throws Exception {
    String seen = "remuda.test.cancelled";
    System.clearProperty(seen);
    Path jar =
        streaming(
            "try { while (true) answers.send(answer(text)); }"
                + " catch (java.util.concurrent.CancellationException e) {"
                + " System.setProperty(\""
                + seen
                + "\", \"\" + answers.isCancelled()); throw e; }");

    try (HostBench bench = HostBench.serving(jar)) {
      HttpResponse<InputStream> response =
          bench.client().send(bench.streaming("x"), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        assertThat(body.read()).isPositive();
      }

      Eventually.isTrue(
          "the model is told", HostBench.LIMIT, () -> "true".equals(System.getProperty(seen)));
    }
  }

  private Path streaming(String body) {
    return SampleJars.streaming(folder.resolve("a.jar"), "", body);
  }
}
