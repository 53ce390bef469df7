package io.remuda.registry.placement;

import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whether one machine can take one instance now, and whether it ever could.
 *
 * <p>What can never be comes first (engine, labels, size), so that an operator reads the reason
 * that waiting does not cure. What a machine has in all is known only once it is settled: before,
 * its GPUs are not in its report. Every machine knows some engines once it has looked for them.
 */
final class Suitability {

  /** Of more ways in which room may come back nothing is concluded. */
  private static final int MOST_ROOMS = 512;

  private Suitability() {}

  static Verdict of(Machine machine, Need need) {
    return objection(machine, need)
        .map(
            why ->
                new Verdict(machine.id(), false, why.ever(), why.predicate(), why.sentence().get()))
        .orElseGet(
            () ->
                new Verdict(
                    machine.id(),
                    true,
                    true,
                    "fits",
                    Objection.shown(machine) + " has room for it"));
  }

  /** The same in a word. */
  static boolean fits(Machine machine, Need need) {
    return objection(machine, need).isEmpty();
  }

  /** Whether it would fit once one of the same name that claims {@code freed} is gone there. */
  static boolean fitsInstead(Machine machine, Need need, Resources freed) {
    Room then = room(machine, need).plus(freed, Room.open(machine.report().capacity()));
    return engine(machine, need)
        .or(() -> labels(machine, need))
        .or(() -> size(machine, need))
        .or(() -> experience(machine, need))
        .or(() -> presence(machine, need))
        .or(() -> willingness(machine, need.without(machine.id())))
        .or(() -> Shortage.now(machine, need.claim(), then))
        .isEmpty();
  }

  /**
   * Whether it would fit once those that claim {@code freed} are gone there.
   *
   * @param surely whichever GPUs they have; else by the best of chances
   */
  static boolean fitsAfter(Machine machine, Need need, List<Resources> freed, boolean surely) {
    boolean suits =
        engine(machine, need)
            .or(() -> labels(machine, need))
            .or(() -> size(machine, need))
            .or(() -> experience(machine, need))
            .or(() -> presence(machine, need))
            .or(() -> willingness(machine, need))
            .isEmpty();
    if (!suits) {
      return false;
    }
    Set<Room> rooms = Set.of(room(machine, need));
    for (Resources claim : freed) {
      Set<Room> next = new LinkedHashSet<>();
      rooms.forEach(room -> next.addAll(room.after(claim, machine.report().capacity())));
      if (next.size() > MOST_ROOMS) {
        return false;
      }
      rooms = next;
    }
    return surely
        ? rooms.stream().allMatch(room -> room.holds(need.claim()))
        : rooms.stream().anyMatch(room -> room.holds(need.claim()));
  }

  private static Optional<Objection> objection(Machine machine, Need need) {
    return engine(machine, need)
        .or(() -> labels(machine, need))
        .or(() -> size(machine, need))
        .or(() -> experience(machine, need))
        .or(() -> presence(machine, need))
        .or(() -> willingness(machine, need))
        .or(() -> openGpus(machine, need))
        .or(() -> Shortage.now(machine, need.claim(), room(machine, need)));
  }

  /** What the machine has free, less what was promised since it last spoke. */
  static Room room(Machine machine, Need need) {
    Room room = Room.free(machine.report().capacity());
    for (Resources claim : need.unseen().getOrDefault(machine.id(), List.of())) {
      room = room.minus(claim);
    }
    return room;
  }

  private static Optional<Objection> engine(Machine machine, Need need) {
    String wanted = need.spec().engine();
    if (machine.report().engines().isEmpty()) {
      return Objection.notNow(
          machine,
          "engine",
          () -> "has just joined and still looks for its engines; wait a moment");
    }
    Optional<EngineOffer> offer =
        machine.report().engines().stream().filter(o -> o.engine().equals(wanted)).findFirst();
    if (offer.isEmpty()) {
      return Objection.never(
          machine,
          "engine",
          () ->
              "knows no engine '%s'; it knows %s: add a profile, or choose one of these"
                  .formatted(wanted, engines(machine.report())));
    }
    return offer.get().available()
        ? Optional.empty()
        : Objection.never(
            machine,
            "engine",
            () ->
                "cannot run %s: %s"
                    .formatted(
                        wanted,
                        offer.get().reason().orElse("its program was not found; install it")));
  }

  private static String engines(NodeReport report) {
    List<String> names = report.engines().stream().map(EngineOffer::engine).sorted().toList();
    return String.join(", ", names);
  }

  private static Optional<Objection> labels(Machine machine, Need need) {
    Map<String, String> missing = new TreeMap<>(need.spec().machineLabels());
    missing.entrySet().removeAll(machine.report().labels().entrySet());
    return missing.isEmpty()
        ? Optional.empty()
        : Objection.never(
            machine,
            "labels",
            () -> "does not carry the label %s; label it, or ask for less".formatted(missing));
  }

  private static Optional<Objection> size(Machine machine, Need need) {
    return machine.report().settled() ? Shortage.ever(machine, need.claim()) : Optional.empty();
  }

  private static Optional<Objection> experience(Machine machine, Need need) {
    return Optional.ofNullable(need.unfit().get(machine.id()))
        .flatMap(why -> Objection.never(machine, "does-not-fit", () -> why));
  }

  private static Optional<Objection> presence(Machine machine, Need need) {
    if (!machine.fresh(need.freshness())) {
      return Objection.notNow(
          machine,
          "reachable",
          () ->
              "was last heard %s ago; see that it runs and that the network reaches it"
                  .formatted(Silence.shown(machine.silence())));
    }
    if (!machine.obeys(need.journal())) {
      return Objection.notNow(
          machine,
          "journal",
          () ->
              "obeys another journal; restore that one from its backup, join the machine to its own"
                  + " fleet, or start it on a fresh data directory");
    }
    return machine.report().settled()
        ? Optional.empty()
        : Objection.notNow(
            machine, "settled", () -> "has just joined and is not ready for starts; wait a moment");
  }

  private static Optional<Objection> willingness(Machine machine, Need need) {
    if (machine.draining() || machine.report().cordoned()) {
      return Objection.notNow(
          machine,
          "cordon",
          () ->
              "is cordoned; take new instances again with `remuda uncordon %s`"
                  .formatted(machine.id()));
    }
    if (need.spec().antiAffinity() && need.neighbours().getOrDefault(machine.id(), 0) > 0) {
      return Objection.notNow(
          machine,
          "anti-affinity",
          () -> "holds an instance already and no two may share a machine; add a machine");
    }
    return Optional.ofNullable(need.held().get(machine.id()))
        .flatMap(reason -> Objection.notNow(machine, "refused", () -> "refused lately: " + reason));
  }

  /** Whether it would fit, were it not for GPUs that are cordoned. */
  private static Optional<Objection> openGpus(Machine machine, Need need) {
    List<Gpu> closed = machine.report().capacity().gpus().stream().filter(Gpu::cordoned).toList();
    if (closed.isEmpty()
        || room(machine, need).hasGpusFor(need.claim())
        || !Room.free(opened(machine.report().capacity())).hasGpusFor(need.claim())) {
      return Optional.empty();
    }
    return Objection.notNow(
        machine,
        "gpu-cordon",
        () ->
            "needs %d MiB on each of %d GPU%s and has GPU %s cordoned; open it again with `remuda uncordon %s --gpu %d`"
                .formatted(
                    Room.gpuShare(need.claim()),
                    need.claim().gpus(),
                    need.claim().gpus() == 1 ? "" : "s",
                    closed.stream()
                        .map(gpu -> Integer.toString(gpu.index()))
                        .collect(Collectors.joining(", ")),
                    machine.id(),
                    closed.get(0).index()));
  }

  private static Capacity opened(Capacity capacity) {
    return new Capacity(
        capacity.memoryTotalMiB(),
        capacity.memoryReservedMiB(),
        capacity.cpusTotal(),
        capacity.cpusReserved(),
        capacity.gpus().stream().map(gpu -> gpu.withCordon(false)).toList());
  }
}
