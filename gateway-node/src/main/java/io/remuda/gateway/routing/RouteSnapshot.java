package io.remuda.gateway.routing;

import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.MachineId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that a gateway knows of the fleet at one moment; never changes, so any thread reads it.
 *
 * @see Routes
 */
public final class RouteSnapshot {

  static final RouteSnapshot COLD =
      new RouteSnapshot(Map.of(), List.of(), Map.of(), Set.of(), AccessTable.EMPTY, true);

  private final Map<String, ModelEntry> models;
  private final List<Listing> listings;
  private final Map<String, Listing> removed;
  private final Set<MachineId> outOfSight;
  private final AccessTable access;
  private final boolean cold;

  RouteSnapshot(
      Map<String, ModelEntry> models,
      List<Listing> listings,
      Map<String, Listing> removed,
      Set<MachineId> outOfSight,
      AccessTable access,
      boolean cold) {
    this.models = new HashMap<>(models);
    this.listings = List.copyOf(listings);
    this.removed = Map.copyOf(removed);
    this.outOfSight = Set.copyOf(outOfSight);
    this.access = access;
    this.cold = cold;
  }

  /** The model of that name, or empty when no registry and no machine has named it. */
  public Optional<ModelEntry> find(String model) {
    return Optional.ofNullable(get(model));
  }

  /** As {@link #find}, without an allocation. */
  public @Nullable ModelEntry get(String model) {
    return models.get(model);
  }

  /** Every known model, in no order. */
  public Collection<ModelEntry> models() {
    return java.util.Collections.unmodifiableCollection(models.values());
  }

  /** The catalog: every deployment that has not ended, ordered by name. */
  public List<Listing> listings() {
    return listings;
  }

  public Optional<Listing> listing(String model) {
    return find(model).flatMap(ModelEntry::listing);
  }

  /**
   * The last listing of a name that was declared and is removed, once none of its instances is
   * left. A name that is merely unknown, to a registry that starts or that is away, is not removed.
   */
  public Optional<Listing> removed(String model) {
    return Optional.ofNullable(removed.get(model));
  }

  /** Whether the cluster, as far as this gateway is told, reaches the machine. */
  public boolean isInSight(MachineId machine) {
    return !outOfSight.contains(machine);
  }

  public AccessTable access() {
    return access;
  }

  /** Whether nothing at all has been heard yet: then an unknown name proves nothing. */
  public boolean isCold() {
    return cold;
  }
}
