package io.remuda.node.engine;

import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.ModelSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one instance's engine is asked to run, already checked: the model is resolved, the GPUs are
 * reserved. Only the port is missing; it is chosen at the start.
 *
 * @param instance the instance's id, which names its folder
 * @param name the model's public name; the engine's alias
 * @param model the deployment's {@code model} as written
 * @param path the model's file where it is one
 * @param context tokens a request may have in all; 0 when the deployment does not say
 * @param slots requests worked on at once; at least 1
 * @param gpus UUIDs of the GPUs it may use; empty for none
 * @param gpuFraction share of each GPU's memory, 0 when unstated
 * @param memoryMiB of the host's memory that it may use at most; 0 for no limit
 * @param serves the endpoint that it is mainly deployed for
 * @param options the deployment's arguments by name
 */
public record EngineSpec(
    String instance,
    String name,
    String model,
    Optional<Path> path,
    int context,
    int slots,
    List<String> gpus,
    double gpuFraction,
    long memoryMiB,
    Endpoint serves,
    Map<String, String> options) {

  /** The argument by which a deployment says what it is for, such as {@code embeddings}. */
  public static final String SERVES = "serves";

  public EngineSpec {
    if (slots < 1 || context < 0 || memoryMiB < 0 || !(gpuFraction >= 0 && gpuFraction <= 1)) {
      throw new IllegalArgumentException(
          "slots " + slots + ", context " + context + ", gpuFraction " + gpuFraction);
    }
    gpus = List.copyOf(gpus);
    options = Map.copyOf(options);
  }

  /** A chat model with one slot, no GPU and no options. */
  public static EngineSpec of(String instance, String name, String model) {
    return new EngineSpec(
        instance, name, model, Optional.empty(), 0, 1, List.of(), 0, 0, Endpoint.CHAT, Map.of());
  }

  /**
   * What {@code declared} means on this machine. The arguments are checked against the profile's
   * allow-list by {@link #check}, and when the command line is made.
   */
  public static EngineSpec from(
      InstanceId id, ModelSpec declared, EngineProfile profile, Optional<Path> path)
      throws EngineRefusal {
    Map<String, String> options = new TreeMap<>(declared.arguments());
    String serves = options.remove(SERVES);
    return new EngineSpec(
        id.toString(),
        declared.name().toString(),
        declared.model().orElse(""),
        path,
        declared.context().orElse(0),
        declared.slots().orElse(ModelSpec.DEFAULT_SLOTS),
        List.of(),
        0,
        0,
        serves == null ? firstOf(profile) : endpoint(serves, profile),
        options);
  }

  /** Refuses arguments that no engine of {@code profile} is started with. */
  public static void check(ModelSpec declared, EngineProfile profile) throws EngineRefusal {
    InstanceId any = new InstanceId(declared.name(), 1);
    List<String> unused = profile.chosen(from(any, declared, profile, Optional.empty()).options());
  }

  private static Endpoint firstOf(EngineProfile profile) {
    return profile.serves().isEmpty() || profile.serves().contains(Endpoint.CHAT)
        ? Endpoint.CHAT
        : profile.serves().stream().sorted().findFirst().orElse(Endpoint.CHAT);
  }

  private static Endpoint endpoint(String serves, EngineProfile profile) throws EngineRefusal {
    for (Endpoint endpoint : profile.serves()) {
      if (endpoint.name().toLowerCase(Locale.ROOT).equals(serves)) {
        return endpoint;
      }
    }
    throw new EngineRefusal(
        ErrorCode.INVALID_SPEC,
        "argument serves is not an endpoint of engine "
            + profile.name()
            + "; it offers "
            + profile.serves().stream()
                .sorted()
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList());
  }

  public EngineSpec withPath(Path file) {
    return new EngineSpec(
        instance,
        name,
        model,
        Optional.of(file),
        context,
        slots,
        gpus,
        gpuFraction,
        memoryMiB,
        serves,
        options);
  }

  public EngineSpec withContext(int tokens, int atOnce) {
    return new EngineSpec(
        instance, name, model, path, tokens, atOnce, gpus, gpuFraction, memoryMiB, serves, options);
  }

  /** On these GPUs, with at most this share of each; 0 leaves the share to the engine. */
  public EngineSpec withGpus(List<String> uuids, double fraction) {
    return new EngineSpec(
        instance, name, model, path, context, slots, uuids, fraction, memoryMiB, serves, options);
  }

  /** With no more of the host's memory, where the machine can hold it to that. */
  public EngineSpec withMemory(long mebibytes) {
    return new EngineSpec(
        instance, name, model, path, context, slots, gpus, gpuFraction, mebibytes, serves, options);
  }

  public EngineSpec serving(Endpoint endpoint) {
    return new EngineSpec(
        instance,
        name,
        model,
        path,
        context,
        slots,
        gpus,
        gpuFraction,
        memoryMiB,
        endpoint,
        options);
  }

  public EngineSpec withOptions(Map<String, String> chosen) {
    return new EngineSpec(
        instance, name, model, path, context, slots, gpus, gpuFraction, memoryMiB, serves, chosen);
  }
}
