package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LlamaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong is told in a sentence, and nothing that works is lost by it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadInputIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  private Path folder;
  private Up up;
  private Gateway gateway;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    Path config = folder.resolve("fleet.conf");
    Files.writeString(
        config,
        """
        remuda.node.engine.commands {
          nothing-there = ["/nonexistent/program"]
          ends-at-once = ["/bin/sh", "-c", "echo no model today >&2; exit 3"]
        }
        """);
    up = Up.start(folder, "--config", config.toString());
    gateway = up.gateway();
  }

  @AfterAll
  void end() {
    assertThat(gateway.chat("demo", "the horse").status()).isEqualTo(200);
    up.close();
  }

  @Test
  void anUnknownKeyInAFile() {
    Path file = up.write("typo.yaml", "name: typo\nengine: jvm\nreplica: 2\n");

    Launched.Ended ended = up.type("deploy", "-f", file.toString());

    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.err()).contains(file + ":3").contains("did you mean 'replicas'?");
    assertThat(gateway.get("/v1/deployments/typo").status()).isEqualTo(404);
  }

  @Test
  void anUnknownKeyInJson() {
    Gateway.Answer answer =
        gateway.put("/v1/deployments/typo", "{\"engine\":\"jvm\",\"replica\":2}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid_spec");
    assertThat(answer.text()).contains("replica");
    assertThat(answer.requestId()).isPresent();
  }

  @Test
  void aNameThatBreaksThePattern() {
    assertThat(gateway.put("/v1/deployments/No%20Name", "{\"engine\":\"jvm\"}").status())
        .isEqualTo(400);
    assertThat(up.type("deploy", "No_Name", "--engine", "jvm").exit()).isEqualTo(2);
  }

  @Test
  void aModelPathThatLeavesTheRoot() {
    refusedOrExplained("escapes", "../../etc/passwd", "outside the model roots");
  }

  @Test
  void aSymbolicLinkThatLeavesTheRoot() throws IOException {
    Path link = up.models().resolve("link.gguf");
    Files.createDirectories(up.models());
    Path secret = Files.writeString(folder.resolve("secret.gguf"), "GGUF");
    Files.createSymbolicLink(link, secret);

    refusedOrExplained(
        "link", "link.gguf", "is a symbolic link that leads outside the model roots");
  }

  @Test
  void aModelFileThatIsNotThere() {
    refusedOrExplained("absent", "absent.gguf", "is not under this machine's model roots");
  }

  @Test
  void aModelFileThatIsCutOff() throws IOException {
    Path whole = folder.resolve("whole.gguf");
    BigramModel.ofDemoCorpus().writeGguf(whole);
    byte[] bytes = Files.readAllBytes(whole);
    Files.createDirectories(up.models());
    Files.write(up.models().resolve("cut.gguf"), java.util.Arrays.copyOf(bytes, bytes.length / 2));

    refusedOrExplained("truncated", "cut.gguf", "ends beyond the end of the file");
  }

  @Test
  void anEngineThatNoMachineHas() {
    Launched.Ended ended = up.type("deploy", "strange", "--engine", "warp-drive", "--wait");

    assertThat(ended.exit()).isEqualTo(4);
    assertThat(ended.err()).contains("warp-drive");
    gateway.delete("/v1/deployments/strange");
  }

  @Test
  void moreMemoryThanAnyMachineHasStaysPendingWithTheReason() {
    Launched.Ended ended =
        up.type("deploy", "huge", "--engine", "jvm", "--memory", "99000000", "--wait");

    assertThat(ended.exit()).isEqualTo(4);
    assertThat(ended.err()).contains("99000000");
    assertThat(gateway.phase("huge")).isEqualTo("PENDING");
    assertThat(up.type("explain", "huge").out()).contains("99000000").contains("memory");
    gateway.delete("/v1/deployments/huge");
  }

  @Test
  void whatFindsNoRoomStartsByItselfWhenRoomAppears() {
    long total = gateway.get("/v1/machines").json().findValue("memoryTotalMiB").asLong();
    long most = total * 6 / 10;
    deploy("first", most);
    gateway.awaitPhase("first", "READY", SOON);
    deploy("second", most);
    gateway.awaitPhase("second", "PENDING", SOON);

    gateway.delete("/v1/deployments/first");

    gateway.awaitPhase("second", "READY", SOON);
    gateway.delete("/v1/deployments/second");
  }

  @Test
  void aCommandThatDoesNotExist() {
    up.type("deploy", "nothing", "--engine", "command", "--model", "nothing-there");

    Eventually.isTrue(
        "the reason names the program",
        SOON,
        () -> gateway.deployment("nothing").toString().contains("/nonexistent/program"));
    gateway.delete("/v1/deployments/nothing");
  }

  @Test
  void anEngineThatEndsAtOnceIsTriedAgainAndHarmsNobody() {
    up.type("deploy", "ends", "--engine", "command", "--model", "ends-at-once");

    Eventually.isTrue(
        "it backs off and tells the engine's last words",
        SOON,
        () -> {
          String seen = gateway.deployment("ends").toString();
          if (!seen.contains("no model today")
              || !(seen.contains("BACKOFF") || seen.contains("FAILED"))) {
            throw new AssertionError(seen);
          }
          return true;
        });
    assertThat(gateway.chat("demo", "the horse").status()).isEqualTo(200);
    gateway.delete("/v1/deployments/ends");
  }

  @Test
  void aBodyThatIsNoJson() {
    assertThat(gateway.post("/v1/chat/completions", "{\"model\": demo").status()).isEqualTo(400);
    assertThat(gateway.put("/v1/deployments/bad", "{oops").code()).isEqualTo("invalid_json");
  }

  @Test
  void aBodyOverTheLimit() {
    String large = "{\"model\":\"demo\",\"prompt\":\"" + "a".repeat(5 << 20) + "\"}";

    assertThat(gateway.post("/v1/completions", large).status()).isEqualTo(413);
    assertThat(gateway.put("/v1/deployments/large", large).status()).isEqualTo(413);
  }

  @Test
  void aModelThatNobodyDeclared() {
    Gateway.Answer answer = gateway.chat("nobody", "hello");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("model_not_found");
    assertThat(answer.requestId()).isPresent();
  }

  @Test
  void aDataDirectoryThatCannotBeWritten() {
    Launched.Ended ended = Launched.run(folder.resolve("logs"), "up", "--data", "/proc/remuda");

    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).contains("/proc/remuda cannot be written").contains("--data");
  }

  @Test
  void aDiskThatIsFull() {
    Launched.Ended ended =
        Launched.run(
            folder.resolve("logs"),
            Map.of("REMUDA_NODE_MIN_FREE_DISK", "1000TiB"),
            "up",
            "--data",
            folder.resolve("full").toString());

    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).contains("is full");
  }

  @Test
  void anOpenAddressWithoutAuthentication() {
    Launched.Ended ended =
        Launched.run(
            folder.resolve("logs"),
            "up",
            "--data",
            folder.resolve("open").toString(),
            "--bind",
            "0.0.0.0",
            "--port",
            "0");

    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).contains("--auth");
  }

  @Test
  void aMisspeltKeyInTheConfiguration() throws IOException {
    Path file = folder.resolve("typo.conf");
    Files.writeString(file, "remuda.node {\n  dta = \"x\"\n}\n");

    Launched.Ended ended = Launched.run(folder.resolve("logs"), "up", "--config", file.toString());

    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).contains("typo.conf").contains("remuda.node.dta");
  }

  private void deploy(String name, long memoryMiB) {
    assertThat(
            gateway
                .put(
                    "/v1/deployments/" + name,
                    "{\"engine\":\"jvm\",\"model\":\"demo\",\"resources\":{\"memoryMiB\":"
                        + memoryMiB
                        + "}}")
                .status())
        .isEqualTo(202);
  }

  /** Refused at once or PENDING with the reason: either way it is told, and never served. */
  private void refusedOrExplained(String name, String model, String sentence) {
    LlamaServer.binary();
    Launched.Ended ended =
        up.type(
            "deploy",
            name,
            "--engine",
            "llama-server",
            "--model",
            model,
            "--wait",
            "--timeout",
            "15s");

    // A file may come, so it stays declared; the wait ends at its limit.
    assertThat(ended.exit()).as(ended.err()).isEqualTo(6);
    assertThat(ended.err()).contains(sentence).doesNotContain("\tat ");
    gateway.delete("/v1/deployments/" + name);
  }
}
