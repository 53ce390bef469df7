package io.remuda.gateway.routing;

import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
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
      new RouteSnapshot(Map.of(), List.of(), Map.of(), Map.of(), Set.of(), AccessTable.EMPTY, true);

  private final Map<String, ModelEntry> models;
  private final Map<String, ModelEntry> named;
  private final Map<String, Listing> aliases;
  private final List<Listing> listings;
  private final Map<String, Listing> removed;
  private final Set<MachineId> outOfSight;
  private final AccessTable access;
  private final boolean cold;

  RouteSnapshot(
      Map<String, ModelEntry> models,
      List<Listing> listings,
      Map<String, Listing> aliases,
      Map<String, Listing> removed,
      Set<MachineId> outOfSight,
      AccessTable access,
      boolean cold) {
    this.models = Map.copyOf(models);
    this.aliases = Map.copyOf(aliases);
    this.named = named(models, aliases);
    this.listings = List.copyOf(listings);
    this.removed = Map.copyOf(removed);
    this.outOfSight = Set.copyOf(outOfSight);
    this.access = access;
    this.cold = cold;
  }

  /** Of models and of aliases, so that one look finds either. */
  private static Map<String, ModelEntry> named(
      Map<String, ModelEntry> models, Map<String, Listing> aliases) {
    Map<String, ModelEntry> named = new HashMap<>(models);
    aliases.forEach(
        (name, listing) ->
            listing
                .alias()
                .map(target -> models.get(target.value()))
                .ifPresent(entry -> named.putIfAbsent(name, entry)));
    return named;
  }

  /**
   * The model of that name, or that it is an alias of; empty when no registry and no machine has
   * named it.
   */
  public Optional<ModelEntry> find(String model) {
    return Optional.ofNullable(get(model));
  }

  /** As {@link #find}, without an allocation. */
  public @Nullable ModelEntry get(String model) {
    return named.get(model);
  }

  /** What {@code name} is an alias of, be it gone; empty of a name that is none. */
  public Optional<ModelName> aliasOf(String name) {
    return Optional.ofNullable(aliases.get(name)).flatMap(Listing::alias);
  }

  /** The model that answers for {@code name}: its target where it is an alias, else itself. */
  public ModelName resolve(ModelName name) {
    return aliasOf(name.value()).orElse(name);
  }

  /** Every alias that has not ended, by its name. */
  public Map<String, Listing> aliases() {
    return aliases;
  }

  /** Every known model, in no order; an alias is none. */
  public Collection<ModelEntry> models() {
    return models.values();
  }

  /** The catalog: every deployment that has not ended, ordered by name; an alias is none. */
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

  /**
   * How many instances are left out, of each model that has such.
   *
   * @param now of {@link System#nanoTime()}
   */
  Map<String, Integer> leftOut(long now) {
    Map<String, Integer> out = new HashMap<>();
    for (ModelEntry entry : models.values()) {
      int count = (int) entry.ready().stream().filter(one -> one.isEjected(now)).count();
      if (count > 0) {
        out.put(entry.name(), count);
      }
    }
    return out;
  }

  public AccessTable access() {
    return access;
  }

  /** Whether nothing at all has been heard yet: then an unknown name proves nothing. */
  public boolean isCold() {
    return cold;
  }
}
