package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LlamaServer;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.protocol.testing.ServerCertificate;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * An encrypted fleet of six processes loses one part after the other, and its clients notice
 * nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SixCommandsIT {

  private static final Duration SOON = Duration.ofMinutes(2);

  private Path folder;
  private SixCommands fleet;
  private Gateway gateway;

  /** A failure here is hard to repeat. */
  @RegisterExtension
  final AfterTestExecutionCallback told =
      test -> {
        if (test.getExecutionException().isPresent() && fleet != null) {
          System.err.println(test.getDisplayName() + " failed:\n" + fleet.lastWords());
        }
      };

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    LlamaServer.binary();
    ServerCertificate database =
        ServerCertificate.make(folder, "database", SixCommands.DATABASE_HOST);
    PostgresServer postgres = PostgresServer.own(database);
    Files.createDirectories(folder.resolve("models"));
    BigramModel.ofDemoCorpus().writeGguf(folder.resolve("models/small.gguf"));
    fleet = SixCommands.encrypted(folder, postgres, database);
    gateway = fleet.gateway();
    fleet.succeeds(
        "deploy",
        "chat",
        "--engine",
        "llama-server",
        "--model",
        "small.gguf",
        "--replicas",
        "4",
        "--strategy",
        "spread",
        "--wait",
        "--timeout",
        "60s");
  }

  @AfterAll
  void end() {
    if (fleet != null) {
      fleet.close();
    }
  }

  @Test
  @Order(1)
  void fourReplicasServeOnTwoMachines() {
    assertThat(ofFour("machine")).hasSize(2);
  }

  @Test
  @Order(2)
  void anEngineThatIsKilledIsReplaced() {
    long victim = fourEngines().get(0);

    ProcessHandle.of(victim).orElseThrow().destroyForcibly();

    Eventually.isTrue(
        "four others serve",
        SOON,
        () -> gateway.pids("chat").size() == 4 && !gateway.pids("chat").contains(victim));
    Eventually.isTrue(
        "why says where each was placed, what else was weighed, and that one was started again",
        SOON,
        () ->
            gateway
                .get("/v1/deployments/chat/why")
                .text()
                .matches("(?s).*\"weighed\".*\"EngineRestarted\".*"));
  }

  @Test
  @Order(3)
  void oneRegistryNodeIsKilledAndNoRequestFails() {
    List<Long> engines = fourEngines();
    try (Load load = new Load(gateway, "chat")) {
      fleet.killRegistry(0);
      Eventually.isTrue("changes are taken again", SOON, () -> changes("after-one-registry"));
      fleet.startRegistry(0);
      load.close();
      assertThat(load.failures()).isEmpty();
      assertThat(load.answered()).isPositive();
    }
    Eventually.isTrue("the same engines", SOON, () -> gateway.pids("chat").equals(engines));
  }

  @Test
  @Order(4)
  void allRegistryNodesAreKilledAndStartedAgainAndNoRequestFails() {
    List<Long> engines = fourEngines();
    List<Integer> rebuilds = fleet.rebuilds();
    try (Load load = new Load(gateway, "chat")) {
      for (int i = 0; i < 3; i++) {
        fleet.killRegistry(i);
      }
      Eventually.isTrue(
          "a change is refused with a sentence",
          SOON,
          () -> gateway.put("/v1/deployments/refused", "{\"engine\":\"jvm\"}").status() == 503);
      Eventually.passes(
          "all others were downed with it and build their cluster systems anew",
          SOON,
          () ->
              assertThat(fleet.rebuilds())
                  .zipSatisfy(rebuilds, (now, before) -> assertThat(now).isGreaterThan(before)));
      int answered = load.answered();
      Eventually.isTrue(
          "requests go on without a cluster", SOON, () -> load.answered() > answered + 10);
      for (int i = 0; i < 3; i++) {
        fleet.startRegistry(i);
      }
      Eventually.isTrue("changes are taken again", SOON, () -> changes("after-all-registries"));
      gateway.awaitPhase("chat", "READY", SOON);
      load.close();
      assertThat(load.failures()).isEmpty();
      assertThat(load.answered()).isPositive();
    }
    // While registry nodes still join, a name may be on its way from one to another.
    Eventually.isTrue(
        "what was accepted is known",
        SOON,
        () -> gateway.get("/v1/deployments/after-one-registry").status() == 200);
    Eventually.isTrue("the same engines", SOON, () -> gateway.pids("chat").equals(engines));
  }

  @Test
  @Order(5)
  void aMachinesJvmIsKilledAndItsEnginesAreTakenOver() {
    List<Long> engines = fourEngines();

    fleet.killMachine(0);
    assertThat(engines).allMatch(pid -> ProcessHandle.of(pid).orElseThrow().isAlive());
    // Else what follows would be true of the dead JVM's last words.
    Eventually.isTrue(
        "the machine is out of sight", SOON, () -> gateway.pids("chat").size() < engines.size());
    fleet.startMachine(0);

    Eventually.isTrue("the same engines serve", SOON, () -> gateway.pids("chat").equals(engines));
    Set<String> all = ofFour("instance");
    Set<String> answered = new HashSet<>();
    Eventually.isTrue(
        "each of them answers through the new JVM",
        SOON,
        () -> {
          Gateway.Answer answer = gateway.chat("chat", "the horse");
          assertThat(answer.status()).isEqualTo(200);
          answered.add(answer.instance().orElseThrow());
          return answered.equals(all);
        });
  }

  @Test
  @Order(6)
  void allOfItIsEncryptedAndNoneOfItWasTurnedAway() {
    assertThat(events()).contains("DeploymentDeclared").doesNotContain("NodeRefused");

    // That it becomes an event is EncryptedFleetIT's: here a handshake that was broken off as the
    // fleet started may have used up what is told of this address for now.
    assertThat(inPlainText("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")).doesNotContain("HTTP");
  }

  private String events() {
    return fleet.type("events", "--after", "0").out();
  }

  /** What a registry node's contact endpoint answers to that. */
  private String inPlainText(String question) {
    HostPort contact = fleet.contact();
    try (Socket socket = new Socket(contact.host(), contact.port())) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SocketTimeoutException silence) {
      throw new AssertionError("neither answered nor turned away", silence);
    } catch (IOException turnedAway) {
      return "";
    }
  }

  /** The engines before a fault; on a busy machine one may be out of sight for a moment. */
  private List<Long> fourEngines() {
    return Eventually.find(
        "four engines serve",
        SOON,
        () -> Optional.of(gateway.pids("chat")).filter(pids -> pids.size() == 4));
  }

  /** One field of each of the four; on a busy machine one may be out of sight for a moment. */
  private Set<String> ofFour(String field) {
    List<JsonNode> four =
        Eventually.find(
            "four instances serve",
            SOON,
            () -> Optional.of(gateway.ready("chat")).filter(ready -> ready.size() == 4));
    return four.stream().map(each -> each.path(field).asText()).collect(Collectors.toSet());
  }

  private boolean changes(String name) {
    return gateway.put("/v1/deployments/" + name, "{\"engine\":\"jvm\",\"replicas\":0}").status()
        == 202;
  }
}
