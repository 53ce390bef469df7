package io.remuda.node.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What instance.json says of a running engine: enough for the next JVM to know that a process is
 * this engine and no other. The keeper writes it before the engine's program runs.
 *
 * @param servedName the model's name as the engine knows it
 * @param startTicks field 22 of /proc/pid/stat; with pid and boot it names one process for ever
 * @param isolated whether a PID namespace holds it
 * @param attributes the caller's own notes, such as the epoch
 */
public record EngineRecord(
    String instance,
    String name,
    String servedName,
    String engine,
    String model,
    String host,
    int port,
    long pid,
    long startTicks,
    long keeperPid,
    long keeperStartTicks,
    boolean isolated,
    String nonce,
    String bootId,
    Map<String, String> attributes) {

  private static final ObjectMapper JSON = new ObjectMapper();

  public EngineRecord {
    attributes = Map.copyOf(attributes);
  }

  /** The part that is known before the start; the keeper puts it into instance.json. */
  static String launch(
      EngineSpec spec,
      EngineProfile profile,
      String host,
      int port,
      Map<String, String> attributes) {
    ObjectNode node = JSON.createObjectNode();
    node.put("instance", spec.instance());
    node.put("name", spec.name());
    node.put("servedName", servedName(spec, profile));
    node.put("engine", profile.name());
    node.put("model", spec.model());
    node.put("host", host);
    node.put("port", port);
    ObjectNode notes = node.putObject("attributes");
    new TreeMap<>(attributes).forEach(notes::put);
    return node.toString();
  }

  boolean keeperRuns(ProcTable processes) {
    return bootId.equals(ProcTable.bootId()) && processes.runs(keeperPid, keeperStartTicks);
  }

  private static String servedName(EngineSpec spec, EngineProfile profile) {
    boolean ownName = profile.model() == EngineProfile.ModelReference.NAME;
    return ownName ? spec.model() : spec.name();
  }

  /** What makes this the record of another engine than the one that is wanted; empty if nothing. */
  Optional<String> differsFrom(EngineSpec spec, EngineProfile profile, Map<String, String> wanted) {
    if (!instance.equals(spec.instance())) {
      return Optional.of("it is the engine of instance " + instance);
    }
    if (!servedName.equals(servedName(spec, profile))) {
      return Optional.of(
          "it serves %s and not %s".formatted(servedName, servedName(spec, profile)));
    }
    return attributes.equals(wanted)
        ? Optional.empty()
        : Optional.of("it was started with %s and not with %s".formatted(attributes, wanted));
  }

  /** Reads instance.json; a damaged one is an IllegalArgumentException with the reason. */
  static EngineRecord parse(String json) {
    try {
      JsonNode node = JSON.readTree(json);
      JsonNode launch = node.path("launch");
      Map<String, String> attributes = new TreeMap<>();
      launch
          .path("attributes")
          .properties()
          .forEach(each -> attributes.put(each.getKey(), each.getValue().asText()));
      EngineRecord read =
          new EngineRecord(
              launch.path("instance").asText(),
              launch.path("name").asText(),
              launch.path("servedName").asText(),
              launch.path("engine").asText(),
              launch.path("model").asText(),
              launch.path("host").asText(),
              launch.path("port").asInt(),
              node.path("pid").asLong(),
              node.path("startTicks").asLong(),
              node.path("keeperPid").asLong(),
              node.path("keeperStartTicks").asLong(),
              node.path("isolated").asBoolean(),
              node.path("nonce").asText(),
              node.path("bootId").asText(),
              attributes);
      if (read.pid < 2 || read.startTicks <= 0 || read.port <= 0 || read.instance.isEmpty()) {
        throw new IllegalArgumentException("instance.json lacks a pid, start time, port or id");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("instance.json is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
