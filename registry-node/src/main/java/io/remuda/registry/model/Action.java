package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.LeaseToken;
import java.util.List;

/**
 * A word that the reconciler wants sent, mostly to a machine; each may be sent again at no harm.
 */
public sealed interface Action {

  /** A word that is about an instance's machine, or goes there. */
  sealed interface AtMachine extends Action {
    MachineId machine();
  }

  /** Ask the machine what it knows of the model. */
  record Describe(MachineId machine) implements AtMachine {}

  /** Start an assigned instance. */
  record Start(Instance instance) implements AtMachine {
    @Override
    public MachineId machine() {
      return instance.machine();
    }
  }

  /**
   * Ask the owners of other names' instances to give their places away.
   *
   * @param priority of the name that asks
   * @param asked whether requests wait for it
   * @param sounding whether they are only to say whether they would
   */
  record AskToGiveWay(
      MachineId machine, List<InstanceId> ids, int priority, boolean asked, boolean sounding)
      implements AtMachine {
    public AskToGiveWay {
      ids = List.copyOf(ids);
    }

    /** The same of one of them alone. */
    AskToGiveWay of(InstanceId id) {
      return new AskToGiveWay(machine, List.of(id), priority, asked, sounding);
    }
  }

  /** End an instance, with an epoch that no delayed start can pass. */
  record Stop(MachineId machine, InstanceId id, long epoch) implements AtMachine {}

  /**
   * Ask a lease that has an instance here or has brought the deployment, and is not heard, whether
   * it is over.
   *
   * @param number under which it was granted the instance; 0 when it has none
   */
  record AskLease(LeaseId lease, long number) implements Action {}

  /** Let an instance go of what {@code token} holds. */
  record Release(MachineId machine, InstanceId id, LeaseToken token) implements AtMachine {}
}
