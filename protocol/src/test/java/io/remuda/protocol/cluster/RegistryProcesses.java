package io.remuda.protocol.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Registry nodes in processes of their own, each with a log, all ended with this. */
final class RegistryProcesses implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(120);

  private final List<HostPort> contacts;
  private final List<HostPort> addresses;
  private final List<String> meeting;
  private final List<String> properties;
  private final Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * @param contacts of each node
   * @param addresses of each node's actors
   * @param meeting how all of them find one another, as {@link RegistryProcess} takes it
   * @param properties more options of their JVMs
   */
  RegistryProcesses(
      List<HostPort> contacts,
      List<HostPort> addresses,
      List<String> meeting,
      List<String> properties,
      Path folder) {
    this.contacts = contacts;
    this.addresses = addresses;
    this.meeting = meeting;
    this.properties = properties;
    this.folder = folder;
  }

  /** Waits for it; a failure shows what the nodes did instead. */
  void eventually(String what, Eventually.Condition condition) throws IOException {
    try {
      Eventually.isTrue(what, SOON, condition);
    } catch (AssertionError e) {
      StringBuilder logs = new StringBuilder();
      for (int i = 0; i < contacts.size() && Files.exists(log(i)); i++) {
        logs.append("\nnode-").append(i).append(":\n").append(Files.readString(log(i)));
      }
      throw new AssertionError(e.getMessage() + logs, e);
    }
  }

  /** Whether each contact endpoint tells of the same so many members. */
  boolean everyoneSees(int members) throws Exception {
    Set<String> seen = new TreeSet<>();
    for (HostPort contact : contacts) {
      Set<String> up = up(contact);
      if (up.size() != members) {
        return false;
      }
      seen.addAll(up);
    }
    return seen.size() == members;
  }

  /** Whether this node's contact endpoint tells of so many members. */
  boolean sees(int index, int members) throws Exception {
    return up(contacts.get(index)).size() == members;
  }

  private Set<String> up(HostPort contact) throws Exception {
    HttpRequest ask =
        HttpRequest.newBuilder(URI.create("http://" + contact + "/bootstrap/seed-nodes"))
            .timeout(Duration.ofSeconds(5))
            .build();
    JsonNode told =
        new ObjectMapper().readTree(http.send(ask, HttpResponse.BodyHandlers.ofString()).body());
    Set<String> up = new TreeSet<>();
    for (JsonNode member : told.path("seedNodes")) {
      if (member.path("status").asText().equals("Up")) {
        up.add(member.path("node").asText());
      }
    }
    return up;
  }

  Process start(int index) throws IOException {
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
    command.addAll(1, properties);
    command.addAll(meeting);
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

  @Override
  public void close() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }
}
