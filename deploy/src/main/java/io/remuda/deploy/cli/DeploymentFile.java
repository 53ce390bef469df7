package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.deploy.cli.StrictYaml.Keys;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.SpecJson;
import io.remuda.protocol.model.SpecJson.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Deployments as a YAML file declares them, one for each document. */
final class DeploymentFile {

  private static final Keys KEYS = keys();

  private DeploymentFile() {}

  /** The deployments of {@code path}, or of standard input for "-". */
  static List<ObjectNode> read(String path, Surroundings world) {
    String shown = path.equals("-") ? "stdin" : path;
    List<ObjectNode> documents = StrictYaml.documents(shown, text(path, world), KEYS);
    if (documents.isEmpty()) {
      throw new CliFailure(Exit.USAGE, shown + ":1: the file declares nothing");
    }
    documents.forEach(document -> check(shown, document));
    return documents;
  }

  /** The one deployment of {@code path}, which need not say its name. */
  static ObjectNode readOne(String path, Surroundings world) {
    String shown = path.equals("-") ? "stdin" : path;
    List<ObjectNode> documents = StrictYaml.documents(shown, text(path, world), KEYS);
    if (documents.size() != 1) {
      throw new CliFailure(
          Exit.USAGE, shown + " declares " + documents.size() + " deployments; give it one");
    }
    ObjectNode named = documents.get(0).deepCopy();
    if (!named.has("name")) {
      named.put("name", "unnamed");
    }
    check(shown, named);
    return documents.get(0);
  }

  /** Refuses what the gateway would refuse too, before anything is sent. */
  static void check(String where, ObjectNode spec) {
    SpecJson.Parsed parsed = SpecJson.parse(spec);
    if (!parsed.problems().isEmpty()) {
      throw new CliFailure(
          Exit.USAGE,
          where + ": " + String.join("; ", parsed.problems().stream().map(Problem::text).toList()));
    }
  }

  private static String text(String path, Surroundings world) {
    try {
      return path.equals("-")
          ? new String(world.in().readAllBytes(), StandardCharsets.UTF_8)
          : Files.readString(Path.of(path));
    } catch (IOException e) {
      throw new CliFailure(
          Exit.USAGE, "cannot read " + path + ": is it there, and is it UTF-8? (" + e + ")", e);
    }
  }

  private static Keys keys() {
    Map<String, Keys> keys = new HashMap<>();
    for (String plain :
        List.of(
            "name",
            "engine",
            "model",
            "replicas",
            "context",
            "slots",
            "strategy",
            "antiAffinity",
            "pinned",
            "priority")) {
      keys.put(plain, Keys.VALUE);
    }
    keys.put("needs", Keys.LIST);
    keys.put("fallbacks", Keys.LIST);
    keys.put("shadow", Keys.of(Map.of("to", Keys.VALUE, "share", Keys.VALUE)));
    Map<String, Keys> defaults = new HashMap<>(Map.of("system", Keys.VALUE));
    for (Defaults.Field field : Defaults.Field.values()) {
      defaults.put(field.key(), Keys.VALUE);
    }
    keys.put("defaults", Keys.of(defaults));
    keys.put("arguments", Keys.FREE);
    keys.put("machineLabels", Keys.FREE);
    Map<String, Keys> resources = new HashMap<>();
    for (String plain : List.of("gpuMemoryMiB", "memoryMiB", "cpus", "gpus")) {
      resources.put(plain, Keys.VALUE);
    }
    keys.put("resources", Keys.of(resources));
    Map<String, Keys> scaling = new HashMap<>();
    for (String plain : List.of("min", "max", "idleAfterSeconds", "queueTarget", "ttftMillis")) {
      scaling.put(plain, Keys.VALUE);
    }
    keys.put("scaling", Keys.of(scaling));
    Map<String, Keys> rollout = new HashMap<>();
    for (String plain : List.of("strategy", "surge", "deadlineSeconds", "canaryPercent")) {
      rollout.put(plain, Keys.VALUE);
    }
    keys.put("rollout", Keys.of(rollout));
    return Keys.of(keys);
  }
}
