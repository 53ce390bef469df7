package io.remuda.node.external;

/**
 * Whether workers join without a key: only where nobody but this machine's own users reaches its
 * door, and only when its gateway asks nobody either or the machine's admin says so.
 *
 * @param loopback whether the door listens on loopback alone
 * @param gatewayHere whether this process is the gateway too
 * @param gatewayAsks whether that gateway asks for keys
 */
public record OpenDoorPolicy(boolean loopback, boolean gatewayHere, boolean gatewayAsks) {

  /** What the admin says. */
  public enum Wish {
    /** As the gateway of this process; without one, keys are asked for. */
    AUTO,
    /** Keys are asked for. */
    ON,
    /** Nobody is asked. */
    OFF
  }

  /** Whether the wish can be fulfilled: a door that others reach is never open. */
  public boolean allows(Wish wish) {
    return wish != Wish.OFF || loopback;
  }

  /** Whether nobody is asked for a key. */
  public boolean isOpen(Wish wish) {
    return switch (wish) {
      case ON -> false;
      case OFF -> loopback;
      case AUTO -> loopback && gatewayHere && !gatewayAsks;
    };
  }
}
