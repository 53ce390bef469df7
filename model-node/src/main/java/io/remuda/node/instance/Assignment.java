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
 */
public record Assignment(
    InstanceId id,
    long epoch,
    JournalId journal,
    Origin origin,
    ModelSpec spec,
    Resources claim,
    Map<String, Long> gpuMiB) {
  public Assignment {
    // A file that was cut short is read as one with holes.
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(journal, "journal");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(claim, "claim");
    gpuMiB = java.util.Collections.unmodifiableMap(new TreeMap<>(gpuMiB));
  }
}
