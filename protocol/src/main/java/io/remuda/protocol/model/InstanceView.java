package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An instance as operators see it: what was decided, with what its machine last said of it.
 *
 * @param tasks whether it takes durable tasks; empty for models that have none
 */
public record InstanceView(
    ModelName model,
    InstanceId instance,
    MachineId machine,
    String engine,
    Phase phase,
    OptionalLong pid,
    OptionalInt port,
    int inFlight,
    int queued,
    int slots,
    int restarts,
    Optional<String> reason,
    OptionalDouble progress,
    Resources claim,
    Optional<TaskFacet> tasks)
    implements WireMessage {}
