package io.remuda.registry.testing;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Scaling;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.Spread;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Builder of specifications with sane defaults. */
public final class Specs {

  private String name = "demo";
  private String engine = "fake";
  private int replicas = 1;
  private Optional<Resources> resources = Optional.empty();
  private final Map<String, String> labels = new HashMap<>();
  private Spread strategy = Spread.BINPACK;
  private boolean antiAffinity;
  private Optional<Schema> schema = Optional.empty();
  private Policies policies = Policies.NONE;

  private Specs() {}

  public static Specs aSpec() {
    return new Specs();
  }

  public Specs named(String to) {
    name = to;
    return this;
  }

  public Specs on(String to) {
    engine = to;
    return this;
  }

  public Specs replicas(int to) {
    replicas = to;
    return this;
  }

  public Specs needing(Resources to) {
    resources = Optional.of(to);
    return this;
  }

  public Specs needingMemory(long memoryMiB) {
    return needing(new Resources(0, memoryMiB, 0, 0));
  }

  public Specs labelled(String key, String value) {
    labels.put(key, value);
    return this;
  }

  public Specs spread() {
    strategy = Spread.SPREAD;
    return this;
  }

  public Specs apart() {
    antiAffinity = true;
    return this;
  }

  public Specs withSchema(String fingerprint) {
    schema = Optional.of(new Schema(fingerprint, "in", "out", "AA=="));
    return this;
  }

  public Specs scaling(Scaling to) {
    policies =
        new Policies(
            Optional.of(to),
            policies.rollout(),
            policies.keep(),
            policies.needs(),
            policies.relief());
    return this;
  }

  public Specs keep(Keep to) {
    policies =
        new Policies(
            policies.scaling(), policies.rollout(), to, policies.needs(), policies.relief());
    return this;
  }

  public Specs needs(Set<ModelName> to) {
    policies =
        new Policies(
            policies.scaling(), policies.rollout(), policies.keep(), to, policies.relief());
    return this;
  }

  public ModelSpec build() {
    return new ModelSpec(
        new ModelName(name),
        engine,
        Optional.of("models/" + name + ".gguf"),
        replicas,
        resources,
        OptionalInt.empty(),
        OptionalInt.empty(),
        Map.of(),
        labels,
        strategy,
        antiAffinity,
        schema,
        policies);
  }
}
