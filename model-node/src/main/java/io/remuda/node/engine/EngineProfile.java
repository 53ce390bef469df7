package io.remuda.node.engine;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.Continues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How one kind of engine is found, started, recognised as ready and understood when it fails: data
 * read from a file, never code. Flags change between an engine's builds, so that a machine's admin
 * can correct a profile without a new release.
 *
 * @param name what a deployment writes as its {@code engine}
 * @param kind who runs the model
 * @param traffic whether its answers can be passed on unread
 * @param verification what the profile was tried on, for instance "not verified on a GPU"
 * @param serves the endpoints that its engine can offer
 * @param model what a deployment's {@code model} names
 * @param executable where the engine's command is looked for; empty unless {@code kind} is PROCESS
 * @param arguments the command line's pieces in their order
 * @param environment variables set for the engine; values may hold placeholders
 * @param options what a deployment may set beyond the common fields, by name
 * @param readiness the steps that all have to hold before an instance is ready
 * @param outOfMemory texts which say that memory ran out; compared without regard to case
 * @param version how the engine's version is learnt
 * @param metrics our metric's name to the engine's own
 * @param log how its output says that something is wrong
 * @param continues how it is asked to go on with a text that another engine began
 */
public record EngineProfile(
    String name,
    String description,
    Kind kind,
    Traffic traffic,
    String verification,
    Set<Endpoint> serves,
    ModelReference model,
    Executable executable,
    List<ArgumentGroup> arguments,
    Map<String, String> environment,
    Map<String, EngineOption> options,
    List<ReadinessStep> readiness,
    List<String> outOfMemory,
    List<String> version,
    Map<String, String> metrics,
    LogFormat log,
    Continues continues) {

  public EngineProfile {
    serves = Set.copyOf(serves);
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    options = Map.copyOf(options);
    readiness = List.copyOf(readiness);
    outOfMemory = List.copyOf(outOfMemory);
    version = List.copyOf(version);
    metrics = Map.copyOf(metrics);
  }

  /** The arguments that a deployment's choices mean, or a refusal that names what is allowed. */
  public List<String> chosen(Map<String, String> choices) throws EngineRefusal {
    List<String> line = new ArrayList<>();
    for (Map.Entry<String, String> choice : new TreeMap<>(choices).entrySet()) {
      EngineOption option = options.get(choice.getKey());
      if (option == null) {
        throw new EngineRefusal(
            ErrorCode.INVALID_SPEC,
            "engine "
                + name
                + " takes no argument "
                + choice.getKey()
                + "; allowed are "
                + new TreeMap<>(options).keySet());
      }
      line.addAll(option.arguments(choice.getKey(), choice.getValue()));
    }
    return line;
  }

  /** Whether its engine fills the share of a GPU that it is told to take, whatever it needs. */
  public boolean takesShare() {
    return arguments.stream().anyMatch(group -> group.when() == Condition.GPU_FRACTION);
  }

  /** The same engine, asked only what it answers beside its work. */
  public EngineProfile withoutWork() {
    return new EngineProfile(
        name,
        description,
        kind,
        traffic,
        verification,
        serves,
        model,
        executable,
        arguments,
        environment,
        options,
        readiness.stream().filter(step -> step.method().equals("GET")).toList(),
        outOfMemory,
        version,
        metrics,
        log,
        continues);
  }

  /** Who runs the model. */
  public enum Kind {
    /** A child process of this machine, under a keeper. */
    PROCESS,
    /** A model inside this JVM. */
    JVM,
    /** Another server that this machine only passes requests to. */
    REMOTE,
    /** A program that joins this machine by itself and says that it is there. */
    EXTERNAL
  }

  /** Whether the byte path may pass an engine's answers on as they are. */
  public enum Traffic {
    /** Its answers hold every field that strict clients want. */
    CLEAN,
    /** Every chunk has to be parsed and repaired. */
    DIRTY
  }

  /** What a deployment's {@code model} names for this engine. */
  public enum ModelReference {
    /** A file under a model root. */
    FILE,
    /** A file or directory under a model root, or else a name which the engine resolves itself. */
    FILE_OR_NAME,
    /** A name that only the engine knows. */
    NAME,
    /** A command from the machine's own list. */
    COMMAND,
    /** An address from the machine's own list. */
    ADDRESS,
    /** A file in this machine's folder of jars. */
    JAR,
    /** A file under a model root that a host of ours runs; the executable is its runtime's jar. */
    ONNX,
    /** Nothing: the worker that joins brings its own. */
    NONE
  }

  /** The HTTP endpoints that engines offer, by their OpenAI path or our own. */
  public enum Endpoint {
    CHAT,
    COMPLETIONS,
    EMBEDDINGS,
    RERANK,
    RESPONSES,
    MESSAGES,
    TOKENIZE,
    PREDICT
  }

  /**
   * Where an engine's command is looked for: a variable first, then fixed places, then PATH.
   *
   * @param variable an environment variable that names the command, or empty
   * @param locations paths; {@code {engines}} stands for the folder of installed engines
   * @param names commands looked up on PATH
   * @param install what to do when it is nowhere; part of the error sentence
   */
  public record Executable(
      String variable, List<String> locations, List<String> names, String install) {
    public static final Executable NONE = new Executable("", List.of(), List.of(), "");

    public Executable {
      locations = List.copyOf(locations);
      names = List.copyOf(names);
    }
  }

  /** A piece of the command line, used only when its condition holds. */
  public record ArgumentGroup(Condition when, List<String> arguments) {
    public ArgumentGroup {
      arguments = List.copyOf(arguments);
    }
  }

  /** When a piece of the command line is used. */
  public enum Condition {
    ALWAYS,
    /** At least one GPU was assigned. */
    GPU,
    /** No GPU was assigned. */
    NO_GPU,
    /** More than one GPU was assigned. */
    TENSOR_PARALLEL,
    /** The deployment states a context length. */
    CONTEXT,
    /** A share of each GPU's memory is stated. */
    GPU_FRACTION,
    /** The deployment is of an embedding model. */
    EMBEDDINGS,
    /** The deployment is of a re-ranking model. */
    RERANK
  }

  /**
   * One thing that has to hold before an instance is ready.
   *
   * @param method GET or POST
   * @param path on the engine
   * @param body sent with POST; may hold {@code {name}} and {@code {model}}; may be empty
   * @param expect what the answer has to show
   * @param on only for deployments that mainly offer this endpoint; empty set: for all
   */
  public record ReadinessStep(
      String method, String path, String body, Expectation expect, Set<Endpoint> on) {
    public ReadinessStep {
      on = Set.copyOf(on);
    }
  }

  /** What the answer to a readiness step has to show. */
  public enum Expectation {
    /** Status 200. */
    OK,
    /** Status 200 and the instance's own name in the list of models. */
    ALIAS,
    /** Status 200 and at least one generated token, vector or score. */
    TOKEN
  }
}
