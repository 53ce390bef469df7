package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registry nodes in processes of their own, ended by the kernel. */
@Tag("server")
class KilledRegistryTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final List<HostPort> contacts = TestNode.contacts(3);
  private final List<Process> processes = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void threeAreOneClusterAgainAfterTwoWereKilledAtOnce() throws Exception {
    List<Process> first = List.of(start(0), start(1), start(2));
    Eventually.isTrue("three members", SOON, () -> everyoneSees(3));

    first.get(0).destroyForcibly();
    first.get(1).destroyForcibly();

    assertThat(first.get(2).waitFor(60, TimeUnit.SECONDS)).as("the minority ends itself").isTrue();
    assertThat(first.get(2).exitValue()).isEqualTo(RegistryProcess.ENDED);
    start(0);
    start(1);
    start(2);
    Eventually.isTrue("one cluster of three", SOON, () -> everyoneSees(3));
  }

  /** Whether each contact endpoint tells of the same so many members. */
  private boolean everyoneSees(int members) throws Exception {
    TreeSet<String> seen = new TreeSet<>();
    for (HostPort contact : contacts) {
      HttpRequest ask =
          HttpRequest.newBuilder(URI.create("http://" + contact + "/bootstrap/seed-nodes"))
              .timeout(Duration.ofSeconds(5))
              .build();
      JsonNode told =
          new ObjectMapper().readTree(http.send(ask, HttpResponse.BodyHandlers.ofString()).body());
      TreeSet<String> up = new TreeSet<>();
      for (JsonNode member : told.path("seedNodes")) {
        if (member.path("status").asText().equals("Up")) {
          up.add(member.path("node").asText());
        }
      }
      if (up.size() != members) {
        return false;
      }
      seen.addAll(up);
    }
    return seen.size() == members;
  }

  private Process start(int index) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                RegistryProcess.class.getName(),
                contacts.get(index).toString(),
                folder.resolve("node-" + index).toString()));
    contacts.forEach(contact -> command.add(contact.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("node-" + index + ".log").toFile())
            .start();
    processes.add(process);
    return process;
  }
}
