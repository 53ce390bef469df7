package io.remuda.registry.lease;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.Optional;

/** Something that a lease says to a model's owner or a machine; each may be said again. */
public sealed interface LeaseOrder {

  /** Ask a name for an instance, or to keep the one that it gave. */
  record Claim(
      ModelName model, long floor, Optional<InstanceId> holding, Optional<InstanceId> avoided)
      implements LeaseOrder {}

  /** Give a name's instance back, and wait for none. */
  record Unclaim(ModelName model, long number, String reason) implements LeaseOrder {}

  /** Give a name's instance back until it is this name's turn again. */
  record GiveBack(ModelName model, long number) implements LeaseOrder {}

  /** Let the machine keep an instance for the lease's holder alone. */
  record Hold(MachineId machine, InstanceId instance, LeaseToken token, Duration ttl)
      implements LeaseOrder {}

  /** Something about the deployment that the lease brings; one at a time. */
  enum Own implements LeaseOrder {
    DEPLOY,
    REMOVE
  }
}
