package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.MachineId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A machine as operators see it.
 *
 * @param reachable whether it is a member of the cluster that answers
 * @param report its last word; empty for one that is known by its cordon or labels only
 * @param cordoned as the registry decided
 * @param draining whether its instances are being moved away
 * @param drainingGpus UUIDs of GPUs of it that instances are being moved away from
 */
public record MachineView(
    MachineId machine,
    boolean reachable,
    boolean cordoned,
    boolean draining,
    Optional<NodeReport> report,
    Set<String> drainingGpus)
    implements WireMessage {

  public MachineView {
    drainingGpus = Absent.orEmpty(drainingGpus);
  }

  /** This view with {@code more} labels among those that the machine says it carries. */
  public MachineView labelled(Map<String, String> more) {
    return new MachineView(
        machine,
        reachable,
        cordoned,
        draining,
        report.map(said -> said.labelled(more)),
        drainingGpus);
  }
}
