package io.remuda.node.agent;

import com.typesafe.config.Config;
import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who an agent is and its limits.
 *
 * @param hostName for people
 * @param front host:port at which gateways reach the machine's instances
 * @param labels from the machine's own configuration; the registry's win
 * @param reportInterval between two reports when nothing changes
 * @param gpuInterval between two looks at the GPUs
 * @param returnInterval between two looks while memory of ended engines is on its way back
 * @param returnLimit for how long it is looked for so often; longer away, it is said to be so
 * @param turnLimit how long one starting engine keeps the next one waiting
 * @param measureAfter how long an engine has been ready before what it uses is told
 * @param tombstonesFor how long an ended instance is remembered
 */
public record AgentSettings(
    MachineId machine,
    String hostName,
    String front,
    Map<String, String> labels,
    Duration reportInterval,
    Duration gpuInterval,
    Duration returnInterval,
    Duration returnLimit,
    Duration turnLimit,
    Duration measureAfter,
    Duration tombstonesFor) {

  public AgentSettings {
    labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** Reads {@code remuda.node} of the whole configuration. */
  public static AgentSettings from(Config root, MachineId machine, String hostName, String front) {
    Config config = root.getConfig("remuda.node");
    Map<String, String> labels = new TreeMap<>();
    config
        .getObject("labels")
        .forEach((label, value) -> labels.put(label, String.valueOf(value.unwrapped())));
    return new AgentSettings(
        machine,
        hostName,
        front,
        labels,
        config.getDuration("report-interval"),
        config.getDuration("gpu.interval"),
        config.getDuration("gpu.return-interval"),
        config.getDuration("gpu.return-limit"),
        config.getDuration("start-turn-limit"),
        config.getDuration("measure-after"),
        config.getDuration("tombstones-for"));
  }
}
