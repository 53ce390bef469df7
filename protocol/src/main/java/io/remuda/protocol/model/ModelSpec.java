package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.ModelName;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What an operator declares: which model, on which engine, how often and with what.
 *
 * @param engine a profile of the model node, such as {@code llama-server}
 * @param model a path under the node's model root, or what the engine resolves itself; empty for
 *     engines that need none
 * @param replicas how many instances are wanted; 0 keeps the declaration and runs none
 * @param resources claimed by each instance; left out, they are estimated from the model's header
 * @param context tokens that one request may span
 * @param slots requests that an instance works on at once
 * @param arguments typed parameters which the engine's profile allows
 * @param machineLabels labels that a machine must carry
 * @param antiAffinity whether no two instances may share a machine
 * @param schema of a typed model
 * @param policies how it moves: absent from what earlier versions wrote and sent
 */
public record ModelSpec(
    ModelName name,
    String engine,
    Optional<String> model,
    int replicas,
    Optional<Resources> resources,
    OptionalInt context,
    OptionalInt slots,
    Map<String, String> arguments,
    Map<String, String> machineLabels,
    Spread strategy,
    boolean antiAffinity,
    Optional<Schema> schema,
    Policies policies)
    implements WireMessage {

  /** Requests an instance works on at once when neither the operator nor the engine says. */
  public static final int DEFAULT_SLOTS = 4;

  public static final int MAX_REPLICAS = 1_000;
  public static final int MAX_SLOTS = 4_096;

  public ModelSpec {
    if (replicas < 0 || replicas > MAX_REPLICAS) {
      throw new IllegalArgumentException("replicas is 0 to " + MAX_REPLICAS + ", not " + replicas);
    }
    if (slots.isPresent() && (slots.getAsInt() < 1 || slots.getAsInt() > MAX_SLOTS)) {
      throw new IllegalArgumentException(
          "slots is 1 to " + MAX_SLOTS + ", not " + slots.getAsInt());
    }
    if (context.isPresent() && context.getAsInt() < 1) {
      throw new IllegalArgumentException("context is at least 1, not " + context.getAsInt());
    }
    if (engine.isBlank()) {
      throw new IllegalArgumentException("engine is missing: name a profile such as llama-server");
    }
    policies = policies == null ? Policies.NONE : policies;
    arguments = java.util.Collections.unmodifiableMap(new TreeMap<>(arguments));
    machineLabels = java.util.Collections.unmodifiableMap(new TreeMap<>(machineLabels));
  }

  /** The least that can be said: one replica of {@code model} on {@code engine}. */
  public static ModelSpec of(ModelName name, String engine, Optional<String> model) {
    return new ModelSpec(
        name,
        engine,
        model,
        1,
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Map.of(),
        Map.of(),
        Spread.BINPACK,
        false,
        Optional.empty(),
        Policies.NONE);
  }

  public ModelSpec withReplicas(int wanted) {
    return new ModelSpec(
        name,
        engine,
        model,
        wanted,
        resources,
        context,
        slots,
        arguments,
        machineLabels,
        strategy,
        antiAffinity,
        schema,
        policies);
  }

  public ModelSpec withArguments(Map<String, String> chosen) {
    return new ModelSpec(
        name,
        engine,
        model,
        replicas,
        resources,
        context,
        slots,
        chosen,
        machineLabels,
        strategy,
        antiAffinity,
        schema,
        policies);
  }

  public ModelSpec withResources(Resources claimed) {
    return new ModelSpec(
        name,
        engine,
        model,
        replicas,
        Optional.of(claimed),
        context,
        slots,
        arguments,
        machineLabels,
        strategy,
        antiAffinity,
        schema,
        policies);
  }

  public ModelSpec withSchema(Schema typed) {
    return new ModelSpec(
        name,
        engine,
        model,
        replicas,
        resources,
        context,
        slots,
        arguments,
        machineLabels,
        strategy,
        antiAffinity,
        Optional.of(typed),
        policies);
  }

  public ModelSpec withPolicies(Policies other) {
    return new ModelSpec(
        name,
        engine,
        model,
        replicas,
        resources,
        context,
        slots,
        arguments,
        machineLabels,
        strategy,
        antiAffinity,
        schema,
        other);
  }
}
