package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.LeaseToken;
import java.util.List;

/**
 * A word that the reconciler wants sent, mostly to a machine; each may be sent again at no harm.
 */
public sealed interface Action {

  MachineId machine();

  /** Ask the machine what it knows of the model. */
  record Describe(MachineId machine) implements Action {}

  /** Start an assigned instance. */
  record Start(Instance instance) implements Action {
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
      implements Action {
    public AskToGiveWay {
      ids = List.copyOf(ids);
    }

    /** The same of one of them alone. */
    AskToGiveWay of(InstanceId id) {
      return new AskToGiveWay(machine, List.of(id), priority, asked, sounding);
    }
  }

  /** End an instance, with an epoch that no delayed start can pass. */
  record Stop(MachineId machine, InstanceId id, long epoch) implements Action {}

  /**
   * Ask a lease that has an instance, and is not heard, whether it is over.
   *
   * @param machine where the instance is; it is not told
   */
  record AskLease(MachineId machine, LeaseToken grant) implements Action {}

  /** Let an instance go of what {@code token} holds. */
  record Release(MachineId machine, InstanceId id, LeaseToken token) implements Action {}
}
