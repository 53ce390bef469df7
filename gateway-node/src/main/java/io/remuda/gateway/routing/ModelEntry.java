package io.remuda.gateway.routing;

import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Relief;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One model at one moment: its listing where the registry has published one, the instances that
 * take everybody's requests, those that are kept for a lease, and all known routes.
 */
public final class ModelEntry {

  private final String name;
  private final Optional<Listing> listing;
  private final List<Target> ready;
  private final Target[] leased;
  private final List<Route> routes;
  private final Shares shares;

  /**
   * @param ready those that are everybody's
   * @param leased those that a lease has, or has a share of, the likeliest to answer first
   */
  ModelEntry(
      String name,
      Optional<Listing> listing,
      List<Target> ready,
      List<Target> leased,
      List<Route> routes) {
    this.name = name;
    this.listing = listing;
    this.ready = List.copyOf(ready);
    this.leased = leased.toArray(new Target[0]);
    this.routes = List.copyOf(routes);
    this.shares = Shares.of(listing.map(Listing::weights).orElse(Map.of()), ready);
  }

  public String name() {
    return name;
  }

  public Optional<Listing> listing() {
    return listing;
  }

  /** Which other models its requests go to, as its deployment says. */
  public Relief relief() {
    return listing.map(Listing::relief).orElse(Relief.NONE);
  }

  /** What its requests say where their clients do not, as its deployment says. */
  public Defaults defaults() {
    return listing.map(Listing::defaults).orElse(Defaults.NONE);
  }

  /** Whether waiting may help where no instance takes requests. */
  public boolean mayBecomeReady() {
    return listing
        .map(
            listed ->
                (listed.phase() != DeploymentPhase.STOPPED || listed.sleeps())
                    && listed.phase() != DeploymentPhase.FAILED)
        .orElse(true);
  }

  /** Whether an instance may start because requests wait. */
  public boolean wakes() {
    return listing.map(Listing::wakes).orElse(false);
  }

  /**
   * Whether all instances of which the registry has said that they serve are going or gone: what
   * becomes of the model, it has decided already and is about to say.
   */
  public boolean isLeaving() {
    return ready.isEmpty()
        && listing.filter(listed -> listed.ready() > 0).isPresent()
        && routes.stream().allMatch(route -> isGoing(route.phase()));
  }

  private static boolean isGoing(Phase phase) {
    return switch (phase) {
      case DRAINING, ENDED -> true;
      case ASSIGNED, STARTING, WARMING, READY, SUSPECT, BACKOFF, FAILED -> false;
    };
  }

  /** How many instances take everybody's requests. */
  public int readyCount() {
    return ready.size();
  }

  /** The i-th instance that takes everybody's requests. */
  public Target ready(int i) {
    return ready.get(i);
  }

  /** Those that take everybody's requests. */
  public List<Target> ready() {
    return ready;
  }

  /** Those that a lease has, or has a share of. */
  public List<Target> leased() {
    return List.of(leased);
  }

  /** What instances of its versions get of the requests; empty where they are all alike. */
  Shares shares() {
    return shares;
  }

  /** Whether the instance takes everybody's requests. */
  public boolean isReady(InstanceId instance) {
    for (Target target : ready) {
      if (target.instance().equals(instance)) {
        return true;
      }
    }
    return false;
  }

  /** How many instances are kept for leases, and so take nobody else's requests. */
  public int leasedCount() {
    int closed = 0;
    for (Target target : leased) {
      if (!target.route().isOpen()) {
        closed++;
      }
    }
    return closed;
  }

  /** An instance that {@code lease} has, or a share of it, and that was not {@code tried}. */
  public Optional<Target> leasedTo(LeaseId lease, Set<InstanceId> tried) {
    for (Target target : leased) {
      if (target.route().isOf(lease) && !tried.contains(target.instance())) {
        return Optional.of(target);
      }
    }
    return Optional.empty();
  }

  /** The instance, if it takes anybody's requests. */
  public Optional<Target> working(InstanceId instance) {
    for (Target target : leased) {
      if (target.instance().equals(instance)) {
        return Optional.of(target);
      }
    }
    for (Target target : ready) {
      if (target.instance().equals(instance)) {
        return Optional.of(target);
      }
    }
    return Optional.empty();
  }

  /** Every instance that is not gone, whatever its phase. */
  public List<Route> routes() {
    return routes;
  }
}
