package io.remuda.deploy.check;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Something that was seen of models that scale by themselves or want each other's places. */
public sealed interface MoveSeen extends Observation.OfMoves {

  /** From now on clients ask for as much as they do now, and nothing breaks. */
  record LoadSteady(Duration at) implements MoveSeen {}

  /**
   * It is written that a model has given itself another number of instances.
   *
   * @param first instances that one that sleeps is woken with
   */
  record Scaled(Duration at, ModelName model, int from, int to, int first) implements MoveSeen {}

  /** How many it has is not its own affair any more: somebody else has said something of it. */
  record Redeclared(Duration at, ModelName model) implements MoveSeen {}

  /** It is written that an instance of a model that scales by itself is to run. */
  record Placed(Duration at, InstanceId instance) implements MoveSeen {}

  /** Such an instance goes or is gone. */
  record Left(Duration at, InstanceId instance) implements MoveSeen {}

  /**
   * It is written that an instance gives its place to another model.
   *
   * @param pinned whether its own model may not be put away
   */
  record GaveWay(Duration at, InstanceId instance, ModelName to, boolean pinned)
      implements MoveSeen {}

  /** An engine runs on a machine, and uses what its instance claims. */
  record EngineUp(
      Duration at,
      MachineId machine,
      InstanceId instance,
      Resources claim,
      Map<String, Long> gpuMiB)
      implements MoveSeen {
    public EngineUp {
      gpuMiB = Collections.unmodifiableMap(new TreeMap<>(gpuMiB));
    }
  }

  /** An engine has ended, and what it used is free. */
  record EngineGone(Duration at, MachineId machine, InstanceId instance) implements MoveSeen {}
}
