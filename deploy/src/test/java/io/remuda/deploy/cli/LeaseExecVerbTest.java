package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that runs under a lease: a real process, and a gateway that says what a test wants. */
final class LeaseExecVerbTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String RENEW = "POST /v1/leases/ls-1/renew";

  @TempDir private Path folder;

  private final ScriptedGateway gateway =
      new ScriptedGateway()
          .on("POST /v1/leases", 202, ready(7))
          .on("DELETE /v1/leases/ls-1", 204, "");

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void theCommandFindsItsLeaseAndItsExitCodeIsTheVerbs() throws IOException {
    Path said = folder.resolve("said");

    Typed typed =
        exec(
            "sh",
            "-c",
            "echo $OPENAI_BASE_URL $REMUDA_LEASE $REMUDA_URL $0 $1 $2 > " + said + "; exit 7",
            "zero",
            "--",
            "--help");

    assertThat(typed.exit()).as(typed.err()).isEqualTo(7);
    assertThat(Files.readString(said))
        .isEqualTo("http://a/leases/ls-1.7/v1 ls-1.7 " + gateway.url() + " zero -- --help\n");
    assertThat(gateway.asked().get(0).body()).contains("\"models\":[\"chat\"]");
    assertThat(gateway.asked().get(0).headers()).containsKey("Idempotency-key");
    assertThat(gateway.last().method()).isEqualTo("DELETE");
  }

  @Test
  void aCommandThatCannotBeStartedHoldsNothing() {
    Typed typed = exec("/nonexistent/command");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("cannot start '/nonexistent/command'");
    assertThat(gateway.last().method()).isEqualTo("DELETE");
  }

  @Test
  void saysThatTheCommandIsMissingBeforeItAcquiresAnything() {
    assertThat(type("lease", "exec", "chat").exit()).isEqualTo(2);
    assertThat(type("lease", "exec", "chat", "--").err()).contains("behind '--'");
    assertThat(type("lease", "exec", "--", "true").err()).contains("say which models");
    assertThat(gateway.asked()).isEmpty();
  }

  @Test
  void isRenewedWhileTheCommandRunsAndAMoveIsSaid() {
    gateway.on(RENEW, 503, "{\"error\":{\"message\":\"away\",\"code\":\"registry_unavailable\"}}");
    gateway.on(RENEW, 200, "{\"id\":\"ls-1\",\"state\":\"PENDING\",\"reason\":\"m1 is gone\"}");
    gateway.on(RENEW, 200, ready(8));

    Typed typed = exec("sh", "-c", renewed(4));

    assertThat(typed.exit()).isZero();
    assertThat(typed.err())
        .contains("could not be renewed and is tried again: away")
        .contains("has lost its instance and waits for another one: m1 is gone")
        .containsOnlyOnce("has moved, and its token is 8 now");
    assertThat(gateway.last().method()).isEqualTo("DELETE");
  }

  @Test
  void aLeaseThatHasEndedEndsTheCommand() {
    gateway.on(
        RENEW,
        410,
        "{\"id\":\"ls-1\",\"state\":\"ENDED\",\"reason\":\"its time was over\","
            + "\"error\":{\"message\":\"ended\",\"code\":\"ended\"}}");

    Typed typed = exec("sleep", "60");

    assertThat(typed.exit()).isEqualTo(128 + 15);
    assertThat(typed.err())
        .contains("lease ls-1 has ended: its time was over; the command is ended");
  }

  @Test
  void signalsAreTheCommandsAndTheLeaseIsReleasedBehindIt() throws Exception {
    Path said = folder.resolve("said");
    Process cli =
        start(
            "sh",
            "-c",
            "n=0; trap 'n=$((n+1)); echo term >> "
                + said
                + "; [ $n -lt 2 ] || exit 9' TERM; echo up > "
                + said
                + "; while :; do sleep 0.05; done");
    try {
      Eventually.isTrue("it runs", LIMIT, () -> Files.exists(said) && has(said, "up"));
      cli.destroy();
      Eventually.isTrue("it is told", LIMIT, () -> has(said, "term"));
      assertThat(cli.isAlive()).as("the command goes on, so does the verb").isTrue();
      assertThat(gateway.last().method()).isEqualTo("POST");
      cli.destroy();

      assertThat(cli.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(cli.exitValue()).isEqualTo(9);
      assertThat(Files.readString(said)).isEqualTo("up\nterm\nterm\n");
      assertThat(gateway.last().method()).isEqualTo("DELETE");
    } finally {
      cli.destroyForcibly();
    }
  }

  @Test
  void aSignalBeforeTheCommandReleasesWhatWasAskedFor() throws Exception {
    try (ScriptedGateway slow = new ScriptedGateway()) {
      slow.on(
          "POST /v1/leases", 202, "{\"id\":\"ls-1\",\"state\":\"PENDING\",\"reason\":\"full\"}");
      slow.on(
          "GET /v1/leases/ls-1?wait=15000ms",
          503,
          "{\"error\":{\"message\":\"away\",\"code\":\"registry_unavailable\"}}");
      slow.on("DELETE /v1/leases/ls-1", 204, "");
      Process cli = start(slow, "true");
      try {
        Eventually.isTrue("it waits", LIMIT, () -> slow.asked().size() > 1);
        cli.destroy();

        assertThat(cli.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(cli.exitValue()).isEqualTo(128 + 15);
        assertThat(slow.last().method()).isEqualTo("DELETE");
      } finally {
        cli.destroyForcibly();
      }
    }
  }

  /** The gateway has made it, and its id is on the way to nobody. */
  @Test
  void aSignalBeforeTheAnswerReleasesWhatWasAskedForAllTheSame() throws Exception {
    try (ScriptedGateway slow = new ScriptedGateway()) {
      CountDownLatch answered = new CountDownLatch(1);
      slow.on("POST /v1/leases", 202, ready(7));
      slow.on("DELETE /v1/leases/ls-1", 204, "");
      slow.onEach(
          asked -> {
            if (slow.asked().size() == 1) {
              awaits(answered);
            }
          });
      Process cli = start(slow, "true");
      try {
        Eventually.isTrue("it asks", LIMIT, () -> slow.asked().size() == 1);
        cli.destroy();
        // Its first question is over before the answer leaves.
        assertThat(cli.waitFor(1, TimeUnit.SECONDS)).isFalse();
        answered.countDown();

        assertThat(cli.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(cli.exitValue()).isEqualTo(128 + 15);
        assertThat(slow.last().method()).isEqualTo("DELETE");
        assertThat(slow.asked().get(1).headers().get("Idempotency-key"))
            .isEqualTo(slow.asked().get(0).headers().get("Idempotency-key"));
      } finally {
        answered.countDown();
        cli.destroyForcibly();
      }
    }
  }

  private static void awaits(CountDownLatch latch) {
    try {
      assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends when the gateway was asked to renew so often. */
  private String renewed(int times) {
    Path count = folder.resolve("count");
    gateway.onEach(
        asked -> {
          long renewals =
              gateway.asked().stream().filter(one -> one.path().endsWith("/renew")).count();
          if (renewals >= times) {
            touch(count);
          }
        });
    return "while [ ! -e " + count + " ]; do sleep 0.05; done";
  }

  private static void touch(Path file) {
    try {
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean has(Path file, String line) throws IOException {
    return Files.readAllLines(file).contains(line);
  }

  private Typed exec(String... command) {
    List<String> words = new ArrayList<>(List.of("lease", "exec", "chat", "--ttl", "1s", "--"));
    words.addAll(List.of(command));
    return type(words.toArray(new String[0]));
  }

  private Typed type(String... words) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), folder, "", words);
  }

  private Process start(String... command) throws IOException {
    return start(gateway, command);
  }

  /** The verb in a process of its own: signals are a process's. */
  private Process start(ScriptedGateway by, String... command) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "lease",
                "exec",
                "chat",
                "--"));
    line.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("REMUDA_URL", by.url());
    builder.environment().put("HOME", folder.toString());
    return builder.redirectOutput(folder.resolve("out").toFile()).start();
  }

  private static String ready(long token) {
    return "{\"id\":\"ls-1\",\"state\":\"READY\",\"ttlSeconds\":1,\"token\":"
        + token
        + ",\"endpoint\":\"http://a/leases/ls-1."
        + token
        + "/v1\"}";
  }
}
