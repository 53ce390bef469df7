package io.remuda.protocol.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The deployment as people write it, in JSON or in YAML read into the same tree. Reading is strict:
 * an unknown key, a wrong type or a value out of range is refused with its path, and all problems
 * of a document are told at once.
 */
public final class SpecJson {

  private static final Set<String> KEYS =
      Set.of(
          "name",
          "engine",
          "model",
          "replicas",
          "resources",
          "context",
          "slots",
          "arguments",
          "machineLabels",
          "strategy",
          "antiAffinity",
          "schema",
          "rollout",
          "scaling",
          "pinned",
          "priority",
          "needs",
          "fallbacks",
          "shadow",
          "defaults");
  private static final Set<String> RESOURCE_KEYS =
      Set.of("gpuMemoryMiB", "memoryMiB", "cpus", "gpus");
  private static final Set<String> SCHEMA_KEYS =
      Set.of("fingerprint", "inputType", "outputType", "descriptors");

  private SpecJson() {}

  /**
   * What is wrong at one place.
   *
   * @param path dotted, such as {@code resources.memoryMiB}; empty for the document itself
   */
  public record Problem(String path, String text) {}

  /** The specification, or at least one problem. */
  public record Parsed(Optional<ModelSpec> spec, List<Problem> problems) {
    public Parsed {
      problems = List.copyOf(problems);
    }

    /** All problems in one refusal; call it only when there is no specification. */
    public Refused refused() {
      String text = String.join("; ", problems.stream().map(Problem::text).toList());
      return Refused.of(ErrorCode.INVALID_SPEC, "the deployment is not valid: " + text);
    }
  }

  /** Reads a document that names itself. */
  public static Parsed parse(JsonNode tree) {
    return parse(tree, Optional.empty());
  }

  /**
   * Reads a document.
   *
   * @param known the name given elsewhere, such as in an address; the document may leave it out but
   *     must not say another
   */
  public static Parsed parse(JsonNode tree, Optional<ModelName> known) {
    StrictFields fields = StrictFields.of(tree, "", KEYS);
    Optional<ModelName> name = name(fields, known);
    Optional<String> engine = fields.text("engine");
    if (engine.isEmpty() && fields.isAbsent("engine")) {
      fields.problem("engine", "engine is missing: name a profile such as llama-server");
    }
    Optional<String> model = fields.text("model");
    OptionalInt replicas = fields.integer("replicas", 0, ModelSpec.MAX_REPLICAS);
    OptionalInt context = fields.integer("context", 1, Integer.MAX_VALUE);
    OptionalInt slots = fields.integer("slots", 1, ModelSpec.MAX_SLOTS);
    Optional<Resources> resources = resources(fields);
    Map<String, String> arguments = fields.scalars("arguments");
    Map<String, String> labels = fields.scalars("machineLabels");
    Spread strategy = strategy(fields);
    boolean antiAffinity = fields.bool("antiAffinity", false);
    Optional<Schema> schema = schema(fields);
    RolloutWish rollout = RolloutJson.read(fields);
    Optional<Scaling> scaling = ScalingJson.read(fields, replicas);
    Keep keep =
        new Keep(
            fields.bool("pinned", Keep.DEFAULT.pinned()),
            fields.integer("priority", Keep.LEAST, Keep.MOST).orElse(Keep.DEFAULT.priority()));
    Set<ModelName> needs = needs(fields, name);
    Relief relief = ReliefJson.read(fields, name);
    Defaults defaults = DefaultsJson.read(fields);
    List<Problem> problems = fields.problems();
    if (!problems.isEmpty() || name.isEmpty() || engine.isEmpty()) {
      return new Parsed(Optional.empty(), problems);
    }
    return new Parsed(
        Optional.of(
            new ModelSpec(
                name.get(),
                engine.get(),
                model,
                replicas.orElse(scaling.map(bounds -> Math.max(1, bounds.min())).orElse(1)),
                resources,
                context,
                slots,
                arguments,
                labels,
                strategy,
                antiAffinity,
                schema,
                new Policies(scaling, rollout, keep, needs, relief, defaults))),
        List.of());
  }

  /** The document that {@link #parse} reads back as {@code spec}. */
  public static ObjectNode write(ModelSpec spec) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", spec.name().value());
    json.put("engine", spec.engine());
    spec.model().ifPresent(model -> json.put("model", model));
    json.put("replicas", spec.replicas());
    spec.resources().ifPresent(claim -> json.set("resources", write(claim)));
    spec.context().ifPresent(context -> json.put("context", context));
    spec.slots().ifPresent(slots -> json.put("slots", slots));
    write(json.putObject("arguments"), spec.arguments());
    write(json.putObject("machineLabels"), spec.machineLabels());
    json.put("strategy", spec.strategy().word());
    json.put("antiAffinity", spec.antiAffinity());
    spec.schema().ifPresent(schema -> json.set("schema", write(schema)));
    RolloutJson.write(spec.policies().rollout(), json);
    spec.policies().scaling().ifPresent(scaling -> json.set("scaling", ScalingJson.write(scaling)));
    write(spec.policies(), json);
    return json;
  }

  /** What is not as when nothing is said. */
  private static void write(Policies policies, ObjectNode json) {
    if (policies.keep().pinned()) {
      json.put("pinned", true);
    }
    if (policies.keep().priority() != Keep.DEFAULT.priority()) {
      json.put("priority", policies.keep().priority());
    }
    if (!policies.needs().isEmpty()) {
      ArrayNode needs = json.putArray("needs");
      policies.needs().forEach(need -> needs.add(need.value()));
    }
    ReliefJson.write(policies.relief(), json);
    DefaultsJson.write(policies.defaults(), json);
  }

  private static Set<ModelName> needs(StrictFields fields, Optional<ModelName> self) {
    Set<ModelName> needs = new TreeSet<>();
    List<String> words = fields.texts("needs");
    if (words.size() > Policies.MOST_NEEDS) {
      fields.problem(
          "needs", "needs names at most " + Policies.MOST_NEEDS + ", not " + words.size());
    }
    for (String word : words) {
      Optional<ModelName> need = ModelName.parse(word);
      if (need.isEmpty()) {
        fields.problem(
            "needs", "needs: '" + StrictFields.shown(word) + "' does not match " + ModelName.SHAPE);
      } else if (need.equals(self)) {
        fields.problem("needs", "needs: '" + word + "' is this deployment itself; leave it out");
      } else {
        needs.add(need.get());
      }
    }
    return needs;
  }

  /** A claim in the words of the document. */
  public static ObjectNode write(Resources claim) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("gpuMemoryMiB", claim.gpuMemoryMiB());
    json.put("memoryMiB", claim.memoryMiB());
    json.put("cpus", claim.cpus());
    json.put("gpus", claim.gpus());
    return json;
  }

  private static ObjectNode write(Schema schema) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("fingerprint", schema.fingerprint());
    json.put("inputType", schema.inputType());
    json.put("outputType", schema.outputType());
    json.put("descriptors", schema.descriptors());
    return json;
  }

  private static void write(ObjectNode json, Map<String, String> entries) {
    new TreeMap<>(entries).forEach(json::put);
  }

  private static Optional<ModelName> name(StrictFields fields, Optional<ModelName> known) {
    Optional<String> raw = fields.text("name");
    if (raw.isEmpty()) {
      if (known.isEmpty() && fields.isAbsent("name")) {
        fields.problem("name", "name is missing: choose one that matches " + ModelName.SHAPE);
      }
      return known;
    }
    Optional<ModelName> name = ModelName.parse(raw.get());
    if (name.isEmpty()) {
      fields.problem(
          "name", "name '" + StrictFields.shown(raw.get()) + "' does not match " + ModelName.SHAPE);
    } else if (known.isPresent() && !known.equals(name)) {
      fields.problem(
          "name",
          "name is '"
              + name.get()
              + "' in the document and '"
              + known.get()
              + "' in the address; say the same in both or leave it out of the document");
    }
    return name;
  }

  private static Optional<Resources> resources(StrictFields parent) {
    return parent
        .object("resources", RESOURCE_KEYS)
        .flatMap(
            fields -> {
              long gpuMemory = fields.whole("gpuMemoryMiB", 0);
              long memory = fields.whole("memoryMiB", 0);
              double cpus = fields.decimal("cpus", 0);
              int gpus = fields.integer("gpus", 0, 1_024).orElse(0);
              return fields.hasProblems()
                  ? Optional.empty()
                  : Optional.of(new Resources(gpuMemory, memory, cpus, gpus));
            });
  }

  private static Optional<Schema> schema(StrictFields parent) {
    return parent
        .object("schema", SCHEMA_KEYS)
        .flatMap(
            fields -> {
              List.of("descriptors", "inputType", "outputType").forEach(fields::require);
              Optional<String> said = fields.text("fingerprint");
              String input = fields.text("inputType").orElse("");
              String output = fields.text("outputType").orElse("");
              String descriptors = fields.text("descriptors").orElse("");
              if (fields.hasProblems()) {
                return Optional.empty();
              }
              Optional<String> real = fingerprint(fields, input, output, descriptors);
              if (real.isPresent() && said.isPresent() && !said.equals(real)) {
                fields.problem(
                    "fingerprint",
                    "schema.fingerprint is not that of schema.descriptors, "
                        + real.get()
                        + "; leave it out");
                return Optional.empty();
              }
              return real.map(print -> new Schema(print, input, output, descriptors));
            });
  }

  /** That of what the descriptors say: gateways and registry tell schemas apart by it alone. */
  private static Optional<String> fingerprint(
      StrictFields fields, String input, String output, String descriptors) {
    try {
      return Optional.of(SchemaCodec.parse(descriptors, input, output).fingerprint());
    } catch (IllegalArgumentException e) {
      fields.problem("descriptors", "schema.descriptors: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static Spread strategy(StrictFields fields) {
    Optional<String> word = fields.text("strategy");
    for (Spread spread : Spread.values()) {
      if (word.isEmpty() || word.get().equals(spread.word())) {
        return spread;
      }
    }
    fields.problem(
        "strategy",
        "strategy is 'binpack' or 'spread', not '" + StrictFields.shown(word.orElse("")) + "'");
    return Spread.BINPACK;
  }
}
