package io.remuda.registry.placement;

import io.remuda.protocol.model.Resources;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.util.Locale;
import java.util.Optional;

/** What a machine lacks for an instance: GPUs, memory or cores, in this order. */
final class Shortage {

  private Shortage() {}

  /** Of what is free. */
  static Optional<Objection> now(Machine machine, Resources claim, Room free) {
    return of(
        machine, claim, free, "has free", true, "stop or shrink something there, or add a machine");
  }

  /** Of what the machine has in all. */
  static Optional<Objection> ever(Machine machine, Resources claim) {
    return of(
        machine,
        claim,
        Room.total(machine.report().capacity()),
        "has in all",
        false,
        "ask for less, or add a machine");
  }

  private static Optional<Objection> of(
      Machine machine, Resources claim, Room room, String has, boolean ever, String cure) {
    if (!room.hasGpusFor(claim)) {
      return Objection.of(
          ever,
          "gpu-memory",
          () ->
              "needs %d GPU%s with %d MiB, %s %s %d GPU%s with at most %d MiB; %s"
                  .formatted(
                      claim.gpus(),
                      claim.gpus() == 1 ? "" : "s",
                      Room.gpuShare(claim),
                      Objection.shown(machine),
                      has,
                      room.gpuMemoryMiB().size(),
                      room.gpuMemoryMiB().size() == 1 ? "" : "s",
                      room.largestGpuMiB(),
                      cure));
    }
    if (!room.hasMemoryFor(claim)) {
      return Objection.of(
          ever,
          "memory",
          () ->
              "needs %d MiB of memory, %s %s %d; %s"
                  .formatted(
                      claim.memoryMiB(), Objection.shown(machine), has, room.memoryMiB(), cure));
    }
    if (!room.hasCpusFor(claim)) {
      return Objection.of(
          ever,
          "cpus",
          () ->
              "needs %s cores, %s %s %s; %s"
                  .formatted(
                      cores(claim.cpus()),
                      Objection.shown(machine),
                      has,
                      cores(room.cpus()),
                      cure));
    }
    return Optional.empty();
  }

  private static String cores(double cpus) {
    return cpus == Math.rint(cpus)
        ? Long.toString(Math.round(cpus))
        : String.format(Locale.ROOT, "%.2f", cpus);
  }
}
