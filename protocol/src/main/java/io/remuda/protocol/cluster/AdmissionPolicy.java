package io.remuda.protocol.cluster;

import io.remuda.protocol.id.MachineId;
import java.util.Optional;
import java.util.Set;

/** Whether a node that asks for the fleet may learn where it is. */
final class AdmissionPolicy {

  private AdmissionPolicy() {}

  /**
   * Why not, as a sentence for both sides; empty when it may.
   *
   * @param living machines that are members now and answer
   */
  static Optional<String> refusal(Greeting own, Greeting asking, Set<MachineId> living) {
    if (asking.protocol() != own.protocol()) {
      return Optional.of(
          "the node speaks protocol "
              + asking.protocol()
              + " and this fleet protocol "
              + own.protocol()
              + "; start it with the Remuda that the fleet runs");
    }
    if (asking.machine().isPresent() && living.contains(asking.machine().get())) {
      return Optional.of(
          "machine "
              + asking.machine().get()
              + " is a member of this fleet already and answers; if the data directory of the node"
              + " is a copy, remove node.json from it, so that it becomes a machine of its own");
    }
    return Optional.empty();
  }
}
