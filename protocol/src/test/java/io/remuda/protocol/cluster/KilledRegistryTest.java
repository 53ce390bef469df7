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
import java.nio.file.Files;
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

  private static final Duration SOON = Duration.ofSeconds(120);

  private final List<HostPort> free = TestNode.contacts(6);
  private final List<HostPort> contacts = free.subList(0, 3);
  // Two that are killed at once may be missed one long after the other, as their heartbeats came
  // before; of two members left the one with the lower address rightly lives on. So the last one,
  // which is to end, has the highest.
  private final List<HostPort> addresses = free.subList(3, 6);
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
    eventually("three members", () -> everyoneSees(3));

    first.get(0).destroyForcibly();
    first.get(1).destroyForcibly();

    eventually("the minority ends itself", () -> !first.get(2).isAlive());
    assertThat(first.get(2).exitValue()).isEqualTo(RegistryProcess.ENDED);
    start(0);
    start(1);
    start(2);
    eventually("one cluster of three", () -> everyoneSees(3));
  }

  /** Waits for it; a failure shows what the nodes did instead. */
  private void eventually(String what, Eventually.Condition condition) throws IOException {
    try {
      Eventually.isTrue(what, SOON, condition);
    } catch (AssertionError e) {
      StringBuilder logs = new StringBuilder();
      for (int i = 0; i < contacts.size(); i++) {
        logs.append("\nnode-").append(i).append(":\n").append(Files.readString(log(i)));
      }
      throw new AssertionError(e.getMessage() + logs, e);
    }
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
                "-Dnode.log=INFO",
                "-cp",
                System.getProperty("java.class.path"),
                RegistryProcess.class.getName(),
                contacts.get(index).toString(),
                addresses.get(index).toString(),
                folder.resolve("node-" + index).toString()));
    contacts.forEach(contact -> command.add(contact.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(index).toFile()))
            .start();
    processes.add(process);
    return process;
  }

  private Path log(int index) {
    return folder.resolve("node-" + index + ".log");
  }
}
