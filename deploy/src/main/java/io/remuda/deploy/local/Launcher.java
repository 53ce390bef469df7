package io.remuda.deploy.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.config.ProcessStart;
import java.util.Map;
import java.util.Optional;

/**
 * The process that starts a registry node again when the others voted it out. To end the node is to
 * end this one, which hands the signal on.
 *
 * @param processStart when it started, as {@link ProcessStart} tells it
 */
public record Launcher(long pid, String processStart) {

  /** Where the launcher tells the node its own process id. */
  private static final String VARIABLE = "REMUDA_LAUNCHER_PID";

  /**
   * Of this process. Only its parent is believed to be one: the variable may have been inherited
   * from whoever started that.
   */
  static Optional<Launcher> ofThisProcess(Map<String, String> environment) {
    return ProcessHandle.current()
        .parent()
        .map(ProcessHandle::pid)
        .filter(parent -> Long.toString(parent).equals(environment.get(VARIABLE)))
        .flatMap(parent -> ProcessStart.of(parent).map(start -> new Launcher(parent, start)));
  }

  /** As it stands in run.json. */
  static Optional<Launcher> read(JsonNode json) {
    return json.path("pid").canConvertToLong() && json.path("processStart").isTextual()
        ? Optional.of(new Launcher(json.path("pid").asLong(), json.path("processStart").asText()))
        : Optional.empty();
  }

  Map<String, Object> toJson() {
    return Map.of("pid", pid, "processStart", processStart);
  }

  /** While it runs. */
  public Optional<ProcessHandle> process() {
    return RunFile.process(pid, processStart);
  }
}
