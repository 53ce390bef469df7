package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.LeaseToken;

/** A command to a machine that the reconciler wants sent; each may be sent again at no harm. */
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

  /** End an instance, with an epoch that no delayed start can pass. */
  record Stop(MachineId machine, InstanceId id, long epoch) implements Action {}

  /** Let an instance go of what {@code token} holds. */
  record Release(MachineId machine, InstanceId id, LeaseToken token) implements Action {}
}
