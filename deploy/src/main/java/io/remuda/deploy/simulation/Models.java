package io.remuda.deploy.simulation;

import io.remuda.protocol.NodeProtocol.Described;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Scaling;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.Spread;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The models that there are, and what operators may want of them. */
final class Models {

  static final int MOST_REPLICAS = 6;
  static final ModelName FIRST = new ModelName("model0");
  private static final String ENGINE = "simulated";

  private final SplittableRandom random;
  private final List<ModelName> names;
  private final Map<ModelName, Integer> files = new TreeMap<>();

  Models(SplittableRandom random) {
    this.random = random;
    this.names =
        IntStream.range(0, random.nextInt(2, 7)).mapToObj(i -> new ModelName("model" + i)).toList();
    names.forEach(name -> files.put(name, random.nextInt(-2, 2)));
  }

  ModelName any() {
    return names.get(random.nextInt(names.size()));
  }

  List<EngineOffer> offers() {
    return List.of(new EngineOffer(ENGINE, true, Optional.empty(), Optional.empty()));
  }

  /** A declaration that somebody might write. */
  ModelSpec spec(ModelName name) {
    Optional<Resources> resources =
        random.nextInt(3) == 0 ? Optional.empty() : Optional.of(claim());
    Optional<Schema> schema =
        random.nextInt(3) == 0
            ? Optional.of(Schemas.ALL.get(random.nextInt(Schemas.ALL.size())))
            : Optional.empty();
    return new ModelSpec(
        name,
        ENGINE,
        Optional.empty(),
        random.nextInt(MOST_REPLICAS + 1),
        resources,
        random.nextInt(8) == 0 ? OptionalInt.of(2_048) : OptionalInt.empty(),
        OptionalInt.empty(),
        Map.of(),
        Map.of(),
        random.nextBoolean() ? Spread.SPREAD : Spread.BINPACK,
        random.nextInt(8) == 0,
        schema,
        new Policies(scaling(name), rollout(), keep(), Set.of()));
  }

  private Optional<Scaling> scaling(ModelName name) {
    if (random.nextInt(100) >= (name.equals(FIRST) ? 60 : 20)) {
      return Optional.empty();
    }
    boolean sleeps = random.nextInt(3) > 0;
    return Optional.of(
        new Scaling(
            sleeps ? 0 : 1,
            random.nextInt(1, 5),
            sleeps ? Optional.of(Duration.ofSeconds(random.nextInt(2, 7))) : Optional.empty(),
            1,
            Optional.empty()));
  }

  private Keep keep() {
    return new Keep(random.nextInt(4) == 0, random.nextBoolean() ? random.nextInt(1, 4) : 0);
  }

  private RolloutWish rollout() {
    RolloutWish.Strategy[] all = RolloutWish.Strategy.values();
    OptionalInt canary =
        random.nextInt(4) == 0 ? OptionalInt.of(random.nextInt(0, 101)) : OptionalInt.empty();
    return new RolloutWish(
        all[random.nextInt(all.length)], random.nextInt(1, 3), Optional.empty(), canary);
  }

  private Resources claim() {
    return random.nextInt(3) == 0
        ? new Resources(1_000L * random.nextInt(1, 8), 200, 1, random.nextInt(1, 3))
        : new Resources(0, 200L * random.nextInt(1, 8), 1, 0);
  }

  /** The model that a machine has by itself. */
  ModelSpec own(int which) {
    return ModelSpec.of(new ModelName("own" + which), ENGINE, Optional.empty())
        .withResources(new Resources(0, 100, 1, 0))
        .withSchema(Schemas.ALL.get(random.nextInt(10) == 0 ? 2 : 0));
  }

  /** What a lease brings for itself. */
  ModelSpec brought(ModelName name) {
    return ModelSpec.of(name, ENGINE, Optional.empty())
        .withResources(new Resources(0, 100L * random.nextInt(1, 8), 1, 0));
  }

  /** Somebody puts another file in a model's place. */
  void change(ModelName name) {
    files.put(name, random.nextInt(-1, Schemas.ALL.size()));
  }

  Described describe(MachineId machine, ModelSpec spec) {
    int file = files.getOrDefault(spec.name(), -1);
    Optional<Schema> schema = file < 0 ? spec.schema() : Optional.of(Schemas.ALL.get(file));
    ModelFile found =
        new ModelFile(1_000, "digest", new Resources(0, 300, 1, 0), true, schema, "simulated");
    return new Described(machine, Optional.of(found), Optional.empty());
  }
}
