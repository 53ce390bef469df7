package io.remuda.deploy.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.config.ProcessStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a running node says of itself in {@code <data>/run.json}.
 *
 * @param role of the node; {@code up} of a whole fleet in one process
 * @param pid of its process
 * @param processStart when that process started, as {@link ProcessStart} tells it
 * @param ready whether it serves
 * @param url of the gateway, where it has one
 * @param launcher of a registry node, where it was started by one
 */
public record RunFile(
    String role,
    long pid,
    Optional<String> processStart,
    boolean ready,
    Optional<String> url,
    Optional<Launcher> launcher) {

  /** Empty when the node has ended in good order, or has not come so far. */
  public static Optional<RunFile> read(Path data) {
    try {
      JsonNode run = new ObjectMapper().readTree(Files.readString(data.resolve("run.json")));
      if (!run.path("pid").canConvertToLong() || run.path("pid").asLong() <= 0) {
        return Optional.empty();
      }
      return Optional.of(
          new RunFile(
              run.path("role").asText(""),
              run.path("pid").asLong(),
              Optional.of(run.path("processStart").asText("")).filter(start -> !start.isEmpty()),
              run.path("ready").asBoolean(),
              Optional.of(run.path("url").asText("")).filter(url -> !url.isEmpty()),
              Launcher.read(run.path("launcher"))));
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  /**
   * The process, while it runs. After a crash or a boot the number may belong to another process,
   * which started at another time: that one is never taken for ours.
   */
  public Optional<ProcessHandle> process() {
    return processStart.flatMap(start -> process(pid, start));
  }

  static Optional<ProcessHandle> process(long pid, String processStart) {
    return ProcessStart.of(pid)
        .filter(processStart::equals)
        .flatMap(start -> ProcessHandle.of(pid))
        .filter(ProcessHandle::isAlive);
  }
}
