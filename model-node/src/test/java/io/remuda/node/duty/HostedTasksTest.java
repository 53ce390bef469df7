package io.remuda.node.duty;

import static io.remuda.node.duty.WorkerBench.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import io.remuda.node.jar.SampleJars;
import io.remuda.node.task.TaskWorkerSettings;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.task.ResultSequence;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of a model in its own host: what its answers and failures make of them. */
class HostedTasksTest {

  private static final TaskWorkerSettings SETTINGS =
      new TaskWorkerSettings(
          5,
          Duration.ofMinutes(1),
          Duration.ofMillis(10),
          Duration.ofMinutes(1),
          Duration.ofMillis(50),
          1 << 20);

  @TempDir Path folder;

  @Test
  void anAnswerOverTheHostsLimitFailsAtOnceWithTheReason() throws Exception {
    Path jar =
        SampleJars.unary(
            folder.resolve("a.jar"),
            "",
            "return answer(text.equals(\"much\") ? \"x\".repeat(5_000) : text + \"!\");");

    try (HostedBench bench = new HostedBench(jar, SETTINGS, "--max-output-mib", "0.001")) {
      assertThat(bench.end("little")).isEqualTo("DONE");
      assertThat(StringValue.parseFrom(bench.claims.result("little")).getValue())
          .isEqualTo("little!");
      assertThat(bench.end("much"))
          .startsWith("engine_failed: the model's answer has 5")
          .contains("max-output-mib");
      assertThat(bench.claims.attempts("much")).isEqualTo(1);
    }
  }

  @Test
  void theResultOfAStreamingModelIsAllThatItAnswered() throws Exception {
    Path jar =
        SampleJars.streaming(
            folder.resolve("a.jar"),
            "",
            """
            if (text.startsWith("bad")) answers.send(answer("one"));
            if (text.startsWith("bad")) throw new BadInput("count from 1");
            if (text.startsWith("much")) while (true) answers.send(answer(text));
            for (String word : text.split("-")) if (!word.equals("none")) answers.send(answer(word));
            """);

    try (HostedBench bench = new HostedBench(jar, SETTINGS, "--max-output-mib", "0.01")) {
      assertThat(bench.end("a-herd-of-models")).isEqualTo("DONE");
      assertThat(texts(bench.claims.result("a-herd-of-models")))
          .containsExactly("a", "herd", "of", "models");
      assertThat(bench.end("none")).isEqualTo("DONE");
      assertThat(texts(bench.claims.result("none"))).isEmpty();

      // and what goes wrong after some answers has its reason, at once
      assertThat(bench.end("bad")).isEqualTo("invalid_request: count from 1");
      assertThat(bench.end("much")).startsWith("engine_failed: the model's answers have more than");
      assertThat(bench.claims.attempts("much")).isEqualTo(1);
    }
  }

  @Test
  void aTaskThatFindsTheHostsSlotsTakenWaitsAndIsNoFailure() throws Exception {
    Path jar =
        SampleJars.unary(
            folder.resolve("a.jar"),
            "timeoutMillis = 600_000",
            """
            java.nio.file.Path at = java.nio.file.Path.of("%s");
            if (!text.equals("stubborn")) return answer(text);
            java.nio.file.Files.createFile(at.resolve("begun"));
            while (!java.nio.file.Files.exists(at.resolve("go"))) {
              Thread.interrupted();
              java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            }
            return answer("nobody wants it");
            """
                .formatted(folder));

    try (HostedBench bench = new HostedBench(jar, SETTINGS, "--slots", "1")) {
      // given a call that was cancelled and goes on all the same
      CompletableFuture<Verdict> verdict = bench.give("stubborn");
      Eventually.isTrue("it runs", LIMIT, () -> Files.exists(folder.resolve("begun")));
      bench.claims.end("stubborn");
      assertThat(WorkerBench.verdict(verdict)).isEqualTo(Verdict.ACK);

      // when another task comes and meets a host without a free slot for a while
      CompletableFuture<Verdict> next = bench.give("next");
      assertThatThrownBy(() -> next.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
      Files.createFile(folder.resolve("go"));

      // then it runs in its first attempt
      assertThat(WorkerBench.verdict(next)).isEqualTo(Verdict.ACK);
      assertThat(bench.claims.ended("next")).contains("DONE");
      assertThat(bench.claims.attempts("next")).isEqualTo(1);
    }
  }

  @Test
  void theModelIsInterruptedWhenItsTaskIsCancelled() throws Exception {
    Path jar =
        SampleJars.unary(
            folder.resolve("a.jar"),
            "timeoutMillis = 600_000",
            """
            java.nio.file.Path at = java.nio.file.Path.of("%s");
            if (!text.equals("long")) return answer(text);
            java.nio.file.Files.createFile(at.resolve("begun"));
            try {
              new java.util.concurrent.CountDownLatch(1).await();
            } catch (InterruptedException e) {
              java.nio.file.Files.createFile(at.resolve("stopped"));
            }
            return answer("nobody wants it");
            """
                .formatted(folder));

    try (HostedBench bench = new HostedBench(jar, SETTINGS)) {
      CompletableFuture<Verdict> verdict = bench.give("long");
      Eventually.isTrue("it runs", LIMIT, () -> Files.exists(folder.resolve("begun")));

      bench.claims.end("long");

      Eventually.isTrue("it is told", LIMIT, () -> Files.exists(folder.resolve("stopped")));
      assertThat(WorkerBench.verdict(verdict)).isEqualTo(Verdict.ACK);
      assertThat(bench.end("next")).isEqualTo("DONE");
      assertThat(bench.gate.inFlight()).isZero();
    }
  }

  @Test
  void aTaskShowsHowFarItsModelIs() throws Exception {
    String go =
        "while (!java.nio.file.Files.exists(java.nio.file.Path.of(\"%s\")))"
                .formatted(folder.resolve("go"))
            + " new java.util.concurrent.CountDownLatch(1)"
            + ".await(10, java.util.concurrent.TimeUnit.MILLISECONDS);";
    Path unary =
        SampleJars.pack(
            folder.resolve("unary.jar"),
            """
            public final class Sample implements Model<StringValue, StringValue> {
              public StringValue predict(StringValue input) throws Exception {
                return predict(input, percent -> {});
              }
              public StringValue predict(StringValue input, Progress progress) throws Exception {
                progress.percent(40);
                %s
                return input;
              }
            }
            """
                .formatted(go));
    Path streaming =
        SampleJars.streaming(
            folder.resolve("streaming.jar"),
            "",
            "answers.progress(70);" + go + "answers.send(input);");

    try (HostedBench one = new HostedBench(unary, SETTINGS);
        HostedBench many = new HostedBench(streaming, SETTINGS)) {
      CompletableFuture<Verdict> ofOne = one.give("t");
      CompletableFuture<Verdict> ofMany = many.give("t");
      Eventually.isTrue("one tells", LIMIT, () -> one.claims.progress("t") == 40);
      Eventually.isTrue("the other tells", LIMIT, () -> many.claims.progress("t") == 70);

      Files.createFile(folder.resolve("go"));

      assertThat(WorkerBench.verdict(ofOne)).isEqualTo(Verdict.ACK);
      assertThat(WorkerBench.verdict(ofMany)).isEqualTo(Verdict.ACK);
    }
  }

  private static List<String> texts(ByteString result) throws Exception {
    List<String> texts = new ArrayList<>();
    for (ByteString message : ResultSequence.parse(result).orElseThrow()) {
      texts.add(StringValue.parseFrom(message).getValue());
    }
    return texts;
  }
}
