package io.remuda.gateway.routing;

import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.DeploymentPhase;
import java.util.List;
import java.util.Optional;

/**
 * One model at one moment: its listing where the registry has published one, the instances that
 * take requests, and all known routes.
 */
public final class ModelEntry {

  private final String name;
  private final Optional<Listing> listing;
  private final Target[] ready;
  private final List<Route> routes;

  ModelEntry(String name, Optional<Listing> listing, List<Target> ready, List<Route> routes) {
    this.name = name;
    this.listing = listing;
    this.ready = ready.toArray(new Target[0]);
    this.routes = List.copyOf(routes);
  }

  public String name() {
    return name;
  }

  public Optional<Listing> listing() {
    return listing;
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

  /** Whether more instances start when requests wait. */
  public boolean scales() {
    return listing.map(Listing::scales).orElse(false);
  }

  /** How many instances take requests. */
  public int readyCount() {
    return ready.length;
  }

  /** The i-th instance that takes requests. */
  public Target ready(int i) {
    return ready[i];
  }

  /** Whether the instance takes requests. */
  public boolean isReady(InstanceId instance) {
    for (Target target : ready) {
      if (target.instance().equals(instance)) {
        return true;
      }
    }
    return false;
  }

  /** Every instance that is not gone, whatever its phase. */
  public List<Route> routes() {
    return routes;
  }
}
