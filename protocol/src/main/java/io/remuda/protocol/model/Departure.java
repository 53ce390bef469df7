package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.MachineId;
import java.util.Optional;

/**
 * How a machine, or a GPU of it, is thought to be left.
 *
 * @param gpu UUID of the only GPU that is left; empty: the whole machine
 */
public record Departure(MachineId machine, Kind kind, Optional<String> gpu) implements WireMessage {

  /** Whether what runs there has time to move. */
  public enum Kind {
    /** An operator drains it: what runs there serves until another one is ready. */
    DRAIN,
    /** It is lost: what runs there is gone. */
    LOSE
  }
}
