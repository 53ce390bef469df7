package io.remuda.gateway.routing;

import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds what the gateway knows of the fleet. Readers get an immutable snapshot and take no lock;
 * writers (the feed from the cluster, the disk copy, polling) only ever add newer knowledge:
 * absence withdraws nothing, an ENDED entry does. It lives outside every ActorSystem.
 */
public final class Routes {

  private final TreeMap<Integer, RouteTable> tables = new TreeMap<>();
  private final TreeMap<Integer, Catalog> catalogs = new TreeMap<>();
  private final CopyOnWriteArrayList<Consumer<RouteSnapshot>> listeners =
      new CopyOnWriteArrayList<>();
  private AccessTable access = AccessTable.EMPTY;
  private final Map<InstanceId, Vitals> vitals = new HashMap<>();
  private final LongSupplier nanos;
  private Set<MachineId> masked = Set.of();
  private Set<MachineId> silent = Set.of();
  private volatile Set<MachineId> members = Set.of();
  private boolean heard;
  private volatile RouteSnapshot snapshot = RouteSnapshot.COLD;

  public Routes() {
    this(System::nanoTime);
  }

  /**
   * @param nanos the time, in nanoseconds of a clock of its own
   */
  Routes(LongSupplier nanos) {
    this.nanos = nanos;
  }

  public RouteSnapshot snapshot() {
    return snapshot;
  }

  /** Calls {@code listener} with every later snapshot, on the writer's thread. */
  public AutoCloseable onChange(Consumer<RouteSnapshot> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Takes in what machines say of their instances. */
  public void merge(RouteTable news) {
    change(
        () -> {
          boolean changed = false;
          for (Map.Entry<Integer, List<Route>> part : byShard(news.entries()).entrySet()) {
            RouteTable old = tables.getOrDefault(part.getKey(), RouteTable.EMPTY);
            RouteTable merged = old.mergeData(new RouteTable(part.getValue()));
            changed |= !merged.equals(old);
            tables.put(part.getKey(), merged);
          }
          return changed;
        });
  }

  /** Takes in what the registry says of deployments. */
  public void merge(Catalog news) {
    change(
        () -> {
          boolean changed = false;
          Map<Integer, List<Listing>> parts = new HashMap<>();
          for (Listing listing : news.entries()) {
            parts
                .computeIfAbsent(Keys.shardOf(listing.name()), s -> new ArrayList<>())
                .add(listing);
          }
          for (Map.Entry<Integer, List<Listing>> part : parts.entrySet()) {
            Catalog old = catalogs.getOrDefault(part.getKey(), Catalog.EMPTY);
            Catalog merged = old.mergeData(new Catalog(part.getValue()));
            changed |= !merged.equals(old);
            catalogs.put(part.getKey(), merged);
          }
          heard |= changed;
          return changed;
        });
  }

  public void merge(AccessTable news) {
    change(
        () -> {
          AccessTable merged = access.mergeData(news);
          boolean changed = !merged.equals(access);
          access = merged;
          return changed;
        });
  }

  /** Sends nothing to these machines until they are seen again; replaces the last such set. */
  public void mask(Set<MachineId> unreachable) {
    change(
        () -> {
          boolean changed = !masked.equals(unreachable);
          masked = Set.copyOf(unreachable);
          return changed;
        });
  }

  /** The same for machines whose fronts do not answer; both sets count. */
  public void silent(Set<MachineId> unanswering) {
    change(
        () -> {
          boolean changed = !silent.equals(unanswering);
          silent = Set.copyOf(unanswering);
          return changed;
        });
  }

  /** These machines the cluster watches, and says when they are out of reach. */
  void members(Set<MachineId> watched) {
    members = Set.copyOf(watched);
  }

  /** Whether the cluster watches the machine; no other one is ever found out of reach by it. */
  public boolean isMember(MachineId machine) {
    return members.contains(machine);
  }

  /** A registry has answered: from now on an unknown name is one that does not exist. */
  public void warm() {
    change(
        () -> {
          boolean changed = !heard;
          heard = true;
          return changed;
        });
  }

  /** Everything that is known, for the copy on disk. */
  public synchronized Known known() {
    List<Route> routes = new ArrayList<>();
    tables.values().forEach(table -> routes.addAll(table.entries()));
    List<Listing> listings = new ArrayList<>();
    catalogs.values().forEach(catalog -> listings.addAll(catalog.entries()));
    return new Known(new RouteTable(routes), new Catalog(listings), access);
  }

  /** What goes to disk and comes back. */
  public record Known(RouteTable routes, Catalog catalog, AccessTable access) {}

  private void change(BooleanSupplier update) {
    RouteSnapshot next;
    synchronized (this) {
      if (!update.getAsBoolean()) {
        return;
      }
      next = build();
      snapshot = next;
    }
    listeners.forEach(listener -> listener.accept(next));
  }

  private RouteSnapshot build() {
    long now = nanos.getAsLong();
    Set<MachineId> outOfSight = new HashSet<>(masked);
    outOfSight.addAll(silent);
    Map<String, List<Route>> routes = new HashMap<>();
    Set<InstanceId> alive = new HashSet<>();
    for (RouteTable table : tables.values()) {
      for (Route route : table.entries()) {
        if (route.phase() != Phase.ENDED) {
          alive.add(route.instance());
          // A machine that comes back is as new: mostly it is another process, which is slow at
          // first.
          vitalsOf(route.instance())
              .ready(route.phase().takesWork() && !outOfSight.contains(route.machine()), now);
          routes
              .computeIfAbsent(route.instance().model().value(), m -> new ArrayList<>())
              .add(route);
        }
      }
    }
    Map<String, Listing> aliases = aliases();
    List<Listing> listings =
        catalogs.values().stream()
            .flatMap(catalog -> catalog.entries().stream())
            .filter(listing -> listing.phase() != DeploymentPhase.ENDED)
            .filter(listing -> listing.alias().isEmpty())
            .sorted((a, b) -> a.name().compareTo(b.name()))
            .toList();
    Map<String, ModelEntry> models = new HashMap<>();
    for (Listing listing : listings) {
      String name = listing.name().value();
      models.put(name, entry(name, Optional.of(listing), routes.remove(name), outOfSight));
    }
    // What machines still say of a model whose name is an alias now is of its past.
    routes.keySet().removeAll(aliases.keySet());
    routes.forEach(
        (name, left) -> models.put(name, entry(name, Optional.empty(), left, outOfSight)));
    Map<String, Listing> removed =
        catalogs.values().stream()
            .flatMap(catalog -> catalog.entries().stream())
            .filter(each -> each.phase() == DeploymentPhase.ENDED && !each.selfRegistered())
            .filter(each -> !models.containsKey(each.name().value()))
            .collect(Collectors.toMap(each -> each.name().value(), each -> each));
    vitals.keySet().retainAll(alive);
    return new RouteSnapshot(models, listings, aliases, removed, outOfSight, access, !heard);
  }

  private Map<String, Listing> aliases() {
    return catalogs.values().stream()
        .flatMap(catalog -> catalog.entries().stream())
        .filter(each -> each.phase() != DeploymentPhase.ENDED && each.alias().isPresent())
        .collect(Collectors.toMap(each -> each.name().value(), each -> each));
  }

  private ModelEntry entry(
      String name,
      Optional<Listing> listing,
      @Nullable List<Route> known,
      Set<MachineId> outOfSight) {
    List<Route> routes = known == null ? List.of() : known;
    List<Target> all =
        routes.stream().filter(route -> route.phase().takesWork()).map(this::target).toList();
    List<Target> open = all.stream().filter(target -> target.route().isOpen()).toList();
    List<Target> seen =
        open.stream().filter(target -> !outOfSight.contains(target.route().machine())).toList();
    // When nothing is in sight, it may be this gateway that is cut off: a try costs little.
    List<Target> ready = seen.isEmpty() ? open : seen;
    List<Target> leased =
        all.stream()
            .filter(
                target -> target.route().lease().isPresent() || !target.route().shares().isEmpty())
            .sorted(Comparator.comparing(target -> outOfSight.contains(target.route().machine())))
            .toList();
    return new ModelEntry(name, listing, ready, leased, routes);
  }

  private Target target(Route route) {
    return new Target(route, vitalsOf(route.instance()));
  }

  private Vitals vitalsOf(InstanceId instance) {
    return vitals.computeIfAbsent(instance, Vitals::new);
  }

  private static Map<Integer, List<Route>> byShard(Collection<Route> routes) {
    Map<Integer, List<Route>> parts = new HashMap<>();
    for (Route route : routes) {
      parts
          .computeIfAbsent(Keys.shardOf(route.instance().model()), shard -> new ArrayList<>())
          .add(route);
    }
    return parts;
  }
}
