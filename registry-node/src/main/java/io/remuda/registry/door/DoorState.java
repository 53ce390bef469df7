package io.remuda.registry.door;

/** How many events there were; no decision needs more of them. */
public record DoorState(long sequence) {

  DoorState next() {
    return new DoorState(sequence + 1);
  }
}
