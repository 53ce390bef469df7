package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases from the command line. */
final class LeaseVerbTest {

  private static final String READY =
      "{\"id\":\"ls-1\",\"state\":\"READY\",\"token\":7,\"ttlSeconds\":60,"
          + "\"endpoint\":\"http://127.0.0.1:8080/leases/ls-1.7/v1\"}";
  private static final String PENDING =
      "{\"id\":\"ls-1\",\"state\":\"PENDING\",\"position\":2,\"reason\":\"others wait before\"}";
  private static final String ENDED =
      "{\"id\":\"ls-1\",\"state\":\"ENDED\",\"reason\":\"its time is over\","
          + "\"error\":{\"message\":\"lease ls-1 has ended\",\"code\":\"ended\"}}";

  @TempDir private Path folder;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void asksForWhatWasSaidAndShowsWhatThereIs() {
    gateway.on("POST /v1/leases", 202, PENDING);

    Typed typed =
        type(
            "lease",
            "acquire",
            "chat",
            "embed",
            "--ttl",
            "10m",
            "--session",
            "s-1",
            "--shared",
            "--idempotency-key",
            "order-7",
            "-o",
            "json");

    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).contains("\"PENDING\"");
    assertThat(gateway.last().body())
        .isEqualTo(
            "{\"models\":[\"chat\",\"embed\"],\"ttlSeconds\":600,\"session\":\"s-1\","
                + "\"exclusive\":false}");
    assertThat(gateway.last().headers()).containsEntry("Idempotency-key", "order-7");
  }

  @Test
  void asksForAShareOfSlots() {
    gateway.on("POST /v1/leases", 202, PENDING);

    assertThat(type("lease", "acquire", "chat", "--slots", "2").exit()).isZero();

    assertThat(gateway.last().body())
        .isEqualTo("{\"models\":[\"chat\"],\"exclusive\":false,\"slots\":2}");
  }

  @Test
  void waitsUntilItIsReadyAndSaysWhatForMeanwhile() {
    gateway.on("POST /v1/leases", 202, PENDING);
    gateway.on("GET /v1/leases/ls-1?wait=15000ms", 503, "{\"error\":{\"code\":\"overloaded\"}}");
    gateway.on("GET /v1/leases/ls-1?wait=15000ms", 200, READY);

    Typed typed = type("lease", "acquire", "chat", "--wait", "--timeout", "5m");

    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).contains("leases/ls-1.7/v1");
    assertThat(typed.err()).contains("lease ls-1 waits, number 2: others wait before");
    assertThat(gateway.asked().get(0).body()).contains("\"waitSeconds\":300");
  }

  @Test
  void whatIsNotReadyInTimeIsReleased() {
    gateway.on("POST /v1/leases", 202, PENDING);
    gateway.on("DELETE /v1/leases/ls-1", 204, "");

    Typed typed = type("lease", "acquire", "chat", "--wait", "--timeout", "0s");

    assertThat(typed.exit()).isEqualTo(6);
    assertThat(typed.err()).contains("not ready within 0 s").contains("others wait before");
    assertThat(gateway.last().method()).isEqualTo("DELETE");
  }

  @Test
  void whatEndsWhileItIsWaitedForIsAFailure() {
    gateway.on("POST /v1/leases", 202, PENDING);
    gateway.on("GET /v1/leases/ls-1?wait=15000ms", 410, ENDED);

    Typed typed = type("lease", "acquire", "chat", "--wait");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("lease ls-1 has ended: its time is over");
  }

  @Test
  void whatCanNeverBeServedEndsWithTheCodeOfItsRefusal() {
    Typed nowhere = waits("cannot_be_placed");
    assertThat(nowhere.exit()).isEqualTo(4);
    assertThat(nowhere.err()).contains("lease ls-1 has ended: it says why");

    assertThat(waits("invalid_spec").exit()).isEqualTo(2);
    assertThat(waits("invalid_request").exit()).isEqualTo(2);
    assertThat(waits("no_such_engine").exit()).isEqualTo(2);
    assertThat(waits("model_not_found").exit()).isEqualTo(3);
    assertThat(waits("not_allowed").exit()).isEqualTo(5);
    assertThat(waits("schema_conflict").exit()).isEqualTo(7);
    assertThat(waits("busy").exit()).isEqualTo(1);
    assertThat(waits("spec_conflict").exit()).isEqualTo(1);
  }

  private Typed waits(String code) {
    try (ScriptedGateway ends = new ScriptedGateway()) {
      ends.on("POST /v1/leases", 202, PENDING);
      ends.on("GET /v1/leases/ls-1?wait=15000ms", 410, refused(code));
      return Typed.in(
          Map.of("REMUDA_URL", ends.url()), folder, "", "lease", "acquire", "chat", "--wait");
    }
  }

  @Test
  void helpAndPageNameEachExitCodeWithWhichAWaitMayEnd() throws IOException {
    String help = Typed.line("lease", "acquire", "--help").out().replaceAll("\\s+", " ");
    String named = help.substring(help.indexOf("Exit codes with --wait:"));
    String page = Files.readString(Path.of("../docs/leases.md"));
    Set<Exit> ends = EnumSet.of(Exit.OK, Exit.FAILURE, Exit.TIMED_OUT);
    for (ErrorCode code : ErrorCode.values()) {
      ends.add(Exit.of(410, code.name()));
    }

    assertThat(ends)
        .hasSize(8)
        .allSatisfy(
            end -> {
              assertThat(named).containsPattern("[:,] %d [a-z]".formatted(end.code()));
              assertThat(page).contains("\n| %d | ".formatted(end.code()));
            });
  }

  @Test
  void whatHasEndedBeforeItsAnswerIsAFailureToo() {
    gateway.on("POST /v1/leases", 410, refused("cannot_be_placed"));
    gateway.on("POST /v1/leases", 410, refused("invalid_spec"));
    gateway.on("POST /v1/leases", 410, refused("invalid_spec"));
    gateway.on("DELETE /v1/leases/ls-1", 410, refused("invalid_spec"));

    Typed nowhere = type("lease", "acquire", "chat", "--wait");
    Typed invalid = type("lease", "acquire", "chat");
    Typed command = type("lease", "exec", "chat", "--", "true");

    assertThat(nowhere.exit()).isEqualTo(4);
    assertThat(nowhere.err()).contains("lease ls-1 has ended: it says why");
    assertThat(invalid.exit()).isEqualTo(2);
    assertThat(invalid.out()).isEmpty();
    assertThat(command.exit()).isEqualTo(2);
  }

  private static String refused(String code) {
    return ENDED.replace(
        "\"reason\":\"its time is over\"", "\"reason\":\"it says why\",\"code\":\"" + code + "\"");
  }

  @Test
  void eachRefusalHasItsExitCode() {
    gateway.on(
        "POST /v1/leases", 404, "{\"error\":{\"message\":\"none\",\"code\":\"model_not_found\"}}");
    assertThat(type("lease", "acquire", "nobody").exit()).isEqualTo(3);
    try (ScriptedGateway full = new ScriptedGateway()) {
      full.on(
          "POST /v1/leases",
          503,
          "{\"error\":{\"message\":\"no room\",\"code\":\"cannot_be_placed\"}}");
      assertThat(
              Typed.in(Map.of("REMUDA_URL", full.url()), folder, "", "lease", "acquire", "chat")
                  .exit())
          .isEqualTo(4);
    }
    assertThat(type("lease", "acquire").exit()).isEqualTo(2);
    assertThat(type("lease", "acquire", "chat", "--ttl", "soon").exit()).isEqualTo(2);
    assertThat(type("lease", "status", "ls-9").exit()).isEqualTo(3);
  }

  @Test
  void bringsADeploymentThatNeedsNoName() throws IOException {
    gateway.on("POST /v1/leases", 202, READY);
    Path file = Files.writeString(folder.resolve("own.yaml"), "engine: jvm\nmodel: own.gguf\n");

    assertThat(type("lease", "acquire", "-f", file.toString()).exit()).isZero();

    assertThat(gateway.last().body())
        .isEqualTo("{\"deployment\":{\"engine\":\"jvm\",\"model\":\"own.gguf\"}}");
    Path bad = Files.writeString(folder.resolve("bad.yaml"), "engin: jvm\n");
    assertThat(type("lease", "acquire", "-f", bad.toString()).err()).contains("engin");
    Path two = Files.writeString(folder.resolve("two.yaml"), "engine: a\n---\nengine: b\n");
    assertThat(type("lease", "acquire", "-f", two.toString()).err()).contains("2 deployments");
  }

  @Test
  void showsRenewsAndReleases() {
    gateway.on("GET /v1/leases/ls-1", 200, READY);
    gateway.on("POST /v1/leases/ls-1/renew", 200, READY);
    gateway.on("DELETE /v1/leases/ls-1", 204, "");

    assertThat(type("lease", "status", "ls-1").out()).contains("state: READY");
    assertThat(type("lease", "renew", "ls-1", "--ttl", "1h").exit()).isZero();
    assertThat(gateway.last().body()).isEqualTo("{\"ttlSeconds\":3600}");
    assertThat(type("lease", "release", "ls-1").err()).isEqualTo("ls-1 is released\n");
  }

  @Test
  void whatHasEndedIsShownAndCountsAsAFailure() {
    gateway.on("GET /v1/leases/ls-1", 410, ENDED);
    gateway.on("POST /v1/leases/ls-1/renew", 410, ENDED);
    gateway.on("DELETE /v1/leases/ls-1", 410, ENDED);

    Typed status = type("lease", "status", "ls-1");
    assertThat(status.exit()).isEqualTo(1);
    assertThat(status.out()).contains("its time is over");
    Typed renewed = type("lease", "renew", "ls-1");
    assertThat(renewed.exit()).isEqualTo(1);
    assertThat(renewed.err()).contains("lease ls-1 has ended");
    Typed released = type("lease", "release", "ls-1");
    assertThat(released.exit()).isEqualTo(1);
    assertThat(released.err()).isEqualTo("ls-1 has ended: its time is over\n");
  }

  private Typed type(String... arguments) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), folder, "", arguments);
  }
}
