package io.remuda.node.instance;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Why an instance is on this machine: written to its folder before its engine starts, so that the
 * next JVM knows what the engine is that it finds.
 *
 * @param epoch of the command that started it
 * @param journal whose command it was
 * @param claim what was promised in all
 * @param gpuMiB what was promised of each GPU, by UUID
 * @param gpuFraction the largest share of a GPU's installed memory that was promised; kept, for the
 *     next JVM may start the engine before it has seen its GPUs; 0 where no GPU was promised
 * @param revision of the recipe, as the command said; 0 where it did not
 */
public record Assignment(
    InstanceId id,
    long epoch,
    JournalId journal,
    Origin origin,
    ModelSpec spec,
    Resources claim,
    Map<String, Long> gpuMiB,
    double gpuFraction,
    long revision) {
  public Assignment {
    // A file that was cut short is read as one with holes.
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(journal, "journal");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(claim, "claim");
    gpuMiB = java.util.Collections.unmodifiableMap(new TreeMap<>(gpuMiB));
    if (!(gpuFraction >= 0 && gpuFraction <= 1)) {
      throw new IllegalArgumentException("gpuFraction " + gpuFraction + " of " + id);
    }
  }

  /** One that was promised no GPU, and whose command said no revision. */
  public static Assignment withoutGpu(
      InstanceId id,
      long epoch,
      JournalId journal,
      Origin origin,
      ModelSpec spec,
      Resources claim) {
    return new Assignment(id, epoch, journal, origin, spec, claim, Map.of(), 0, 0);
  }
}
