package io.remuda.registry.placement;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.placement.EvictionPolicy.Wish;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Why an instance keeps its place though another model wants it, in the words that operators see.
 * Whoever proposes that it goes and its owner, who decides, go by the same.
 */
public final class StayPolicy {

  private StayPolicy() {}

  /**
   * Why an instance keeps its place; empty when it is to give way.
   *
   * @param demand what clients ask of its model
   */
  public static Optional<String> stays(
      InstanceReport report, Keep keep, ModelDemand demand, Wish wish) {
    if (keep.pinned()) {
      return Optional.of("pinned");
    }
    if (keep.priority() > wish.priority()) {
      return Optional.of("priority %d is above %d".formatted(keep.priority(), wish.priority()));
    }
    if (report.phase() != Phase.READY) {
      return Optional.of("is " + report.phase());
    }
    if (report.lease().isPresent()) {
      return Optional.of("a lease has it");
    }
    int working = report.inFlight() + report.queued();
    if (working > 0) {
      return Optional.of("works on " + counted(working, "request"));
    }
    if (demand.waiting() + demand.tasks() > 0) {
      return Optional.of(counted(demand.waiting() + demand.tasks(), "request") + " for it waiting");
    }
    return keep.priority() == wish.priority() ? equal(report, wish) : Optional.empty();
  }

  /**
   * The same of an instance of {@code fleet}.
   *
   * @param kept why instances stay of which it was asked lately
   */
  static Optional<String> stays(
      FleetSnapshot fleet, InstanceReport report, Wish wish, Map<InstanceId, String> kept) {
    Optional<Keep> keep = fleet.keep(report.id().model());
    if (keep.isEmpty()) {
      return Optional.of("its owner has not said what may take its place");
    }
    return stays(report, keep.get(), fleet.demand(report.id().model()), wish)
        .or(() -> Optional.ofNullable(kept.get(report.id())).map(why -> "stays: " + why));
  }

  private static Optional<String> equal(InstanceReport report, Wish wish) {
    if (!wish.asked()) {
      return Optional.of(
          "has the same priority %d, and no request waits for %s without an instance"
              .formatted(wish.priority(), wish.name()));
    }
    if (report.idle().isEmpty()) {
      return Optional.of("its machine does not say for how long it has been idle");
    }
    return report.idle().get().compareTo(wish.idle()) < 0
        ? Optional.of("idle for %s of %s".formatted(shown(report.idle().get()), shown(wish.idle())))
        : Optional.empty();
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static String shown(Duration time) {
    return time.compareTo(Duration.ofSeconds(1)) < 0
        ? time.toMillis() + " ms"
        : time.toSeconds() + " s";
  }
}
