package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page on security, typed: a fleet of three processes over TLS, and one that is not of it. */
@Tag("slow")
final class EncryptedFleetIT {

  private static final Duration SOON = Duration.ofMinutes(3);

  @TempDir Path folder;
  private final Map<String, String> ours = new HashMap<>();

  @Test
  void aFleetWithTokensServesAndAStrangerIsTurnedAwayAndSeen() throws Exception {
    int[] ports = FreePort.next(2);
    ours.put("127.0.0.1:7901", "127.0.0.1:" + ports[0]);
    ours.put("8080", Integer.toString(ports[1]));
    Gateway gateway = new Gateway("http://127.0.0.1:" + ports[1]);
    Typed.block(
        folder,
        Map.of(),
        Shown.CERTIFICATES.text().replace("./remuda", Launched.launcher().toString()));
    List<Launched> nodes = new ArrayList<>();
    try {
      Shown.ENCRYPTED_FLEET.arguments().forEach(line -> nodes.add(start(line)));
      nodes.get(2).awaitPrinted("gateway node", SOON);
      Eventually.isTrue(
          "the machine is known",
          SOON,
          () -> gateway.get("/v1/machines").json().path("data").size() == 1);
      Eventually.isTrue(
          "a change is taken",
          SOON,
          () ->
              gateway
                      .put("/v1/deployments/demo", "{\"engine\":\"jvm\",\"model\":\"demo\"}")
                      .status()
                  == 202);
      Eventually.isTrue(
          "it answers through the machine's encrypted door",
          SOON,
          () ->
              gateway
                      .post(
                          "/v1/chat/completions",
                          "{\"model\":\"demo\",\"max_tokens\":4,\"messages\":"
                              + "[{\"role\":\"user\",\"content\":\"hi\"}]}")
                      .status()
                  == 200);

      String contact = "127.0.0.1:7901";
      String metrics = Shown.ENCRYPTED_METRICS.text().replace(contact, ours.get(contact));
      Eventually.isTrue(
          "its metrics are read with a certificate",
          SOON,
          () -> Typed.block(folder, Map.of(), metrics).contains("remuda_"));

      assertThat(events(gateway)).as("nobody was turned away").doesNotContain("NodeRefused");
      nodes.forEach(node -> assertThat(node.err()).doesNotContain("event=not-let-in"));

      nodes.add(stranger());

      Launched stranger = nodes.get(3);
      Eventually.isTrue(
          "it says why", SOON, () -> stranger.err().contains("is not of this fleet's authority"));
      Eventually.isTrue(
          "the operator sees it", SOON, () -> events(gateway).contains("NodeRefused"));
      assertThat(gateway.get("/v1/machines").json().path("data")).hasSize(1);
    } catch (AssertionError e) {
      nodes.forEach(node -> System.err.println("--- " + node.lastWords()));
      throw e;
    } finally {
      for (int i = nodes.size() - 1; i >= 0; i--) {
        nodes.get(i).close();
      }
    }
  }

  private String events(Gateway gateway) {
    return Launched.run(folder.resolve("logs"), Map.of("REMUDA_URL", gateway.url()), "events")
        .out();
  }

  /** Typed like the model node of the page, with a token of another authority. */
  private Launched stranger() throws Exception {
    String launcher = Launched.launcher().toString();
    Typed.block(
        folder,
        Map.of(),
        launcher
            + " ca init --dir other\n"
            + launcher
            + " join-token stranger --ca other > stranger.token");
    List<String> line = new ArrayList<>(Shown.ENCRYPTED_FLEET.arguments().get(1));
    line.replaceAll(
        word ->
            word.endsWith(".token")
                ? folder.resolve("stranger.token").toString()
                : word.equals(".remuda/model-1") ? ".remuda/stranger" : word);
    return start(line);
  }

  private Launched start(List<String> line) {
    List<String> arguments =
        line.stream()
            .map(word -> word.startsWith(".remuda/") ? folder.resolve(word).toString() : word)
            .map(word -> ours.getOrDefault(word, word))
            .toList();
    return Launched.start(
        folder.resolve("logs").resolve(Integer.toString(line.hashCode())),
        Map.of("REMUDA_JAVA_OPTS", "-Xmx192m" + Launched.QUICK),
        arguments.toArray(String[]::new));
  }
}
