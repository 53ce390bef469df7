package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a machine says of itself, every second and at once when something changes: soft state.
 *
 * @param incarnation of the machine's JVM; a higher one replaces a lower one
 * @param sequence rises with every report of one incarnation
 * @param hostName for people
 * @param front host:port at which gateways reach its instances
 * @param cordoned whether it refuses new instances
 * @param settled whether it has its machine's state from the registry and accepts starts
 * @param journal whose commands it obeys; empty until the first
 */
public record NodeReport(
    MachineId machine,
    long incarnation,
    long sequence,
    String hostName,
    String front,
    Map<String, String> labels,
    boolean cordoned,
    boolean settled,
    Optional<JournalId> journal,
    Capacity capacity,
    List<EngineOffer> engines,
    List<InstanceReport> instances)
    implements WireMessage {

  public NodeReport {
    labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
    engines = List.copyOf(engines);
    instances = List.copyOf(instances);
  }

  /** This report as if the machine had said this of its cordon, its capacity, its instances. */
  public NodeReport with(boolean closed, Capacity now, List<InstanceReport> running) {
    return new NodeReport(
        machine,
        incarnation,
        sequence,
        hostName,
        front,
        labels,
        closed,
        settled,
        journal,
        now,
        engines,
        running);
  }

  /** This report as if the machine carried {@code more} labels too. */
  public NodeReport labelled(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(labels);
    all.putAll(more);
    return new NodeReport(
        machine,
        incarnation,
        sequence,
        hostName,
        front,
        all,
        cordoned,
        settled,
        journal,
        capacity,
        engines,
        instances);
  }
}
