package io.remuda.registry.model;

import static io.remuda.protocol.ErrorCode.INVALID_SPEC;
import static io.remuda.protocol.ErrorCode.IN_USE;

import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.PartWords;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What it means to a deployment that it is made of others, or that others are made of it.
 *
 * <p>Guarantees: as far as the fleet's catalog tells, no deployment is accepted that needs itself
 * by way of others, and none is taken away that another one needs, but for what a lease brought:
 * that goes with it, and whoever needs it says that it is missing. The catalog comes late, so that
 * two changes at one time may both be accepted that do not go together: then each deployment
 * concerned says so for as long as it is so.
 */
final class DependsDecider {

  private static final int PARTS_SHOWN = 4;

  private DependsDecider() {}

  /** That a deployment of {@code needs} would need itself; nothing where it would not. */
  static Optional<Refused> circle(
      ModelName name, Set<ModelName> needs, Map<ModelName, Listing> known) {
    return path(name, needs, known)
        .map(
            path ->
                Refused.of(
                    INVALID_SPEC,
                    "%s would need itself: %s; leave one of these needs out"
                        .formatted(name, PartWords.way(path))));
  }

  /** The way from {@code name} back to itself by what is needed, with it at both ends. */
  private static Optional<List<ModelName>> path(
      ModelName name, Set<ModelName> needs, Map<ModelName, Listing> known) {
    Map<ModelName, ModelName> cameFrom = new HashMap<>();
    Deque<ModelName> open = new ArrayDeque<>();
    for (ModelName need : needs) {
      if (cameFrom.putIfAbsent(need, name) == null) {
        open.add(need);
      }
    }
    while (!open.isEmpty()) {
      ModelName at = open.remove();
      if (at.equals(name)) {
        return Optional.of(walked(name, cameFrom));
      }
      for (ModelName next : partsOf(known.get(at))) {
        if (cameFrom.putIfAbsent(next, at) == null) {
          open.add(next);
        }
      }
    }
    return Optional.empty();
  }

  private static List<ModelName> walked(ModelName name, Map<ModelName, ModelName> cameFrom) {
    List<ModelName> path = new ArrayList<>(List.of(name));
    ModelName at = name;
    do {
      at = cameFrom.getOrDefault(at, name);
      path.add(0, at);
    } while (!at.equals(name));
    return path;
  }

  /** What stands behind a name: the model that it is an alias of, or what it is made of. */
  private static Set<ModelName> partsOf(@Nullable Listing listing) {
    if (listing == null || listing.phase() == DeploymentPhase.ENDED) {
      return Set.of();
    }
    return listing.alias().map(Set::of).orElse(listing.needs());
  }

  /**
   * The lines of {@code known} that {@code needs} lead to, with those that these lead to: all that
   * is looked at of a deployment's parts.
   */
  static Map<ModelName, Listing> reached(Set<ModelName> needs, Map<ModelName, Listing> known) {
    Map<ModelName, Listing> reached = new HashMap<>();
    Deque<ModelName> open = new ArrayDeque<>(needs);
    while (!open.isEmpty()) {
      ModelName at = open.remove();
      Listing line = known.get(at);
      if (line != null && reached.putIfAbsent(at, line) == null) {
        open.addAll(partsOf(line));
      }
    }
    return Map.copyOf(reached);
  }

  /**
   * How the deployment stands once its parts are looked at.
   *
   * @param alone how it stands by itself
   */
  static Outlook withParts(ModelState state, Map<ModelName, Listing> known, Outlook alone) {
    Set<ModelName> needs = needs(state);
    if (needs.isEmpty()
        || alone.phase() == DeploymentPhase.STOPPED
        || alone.phase() == DeploymentPhase.ENDED) {
      return alone;
    }
    List<String> lacking = lacking(state.name(), needs, known);
    if (lacking.isEmpty()) {
      return alone;
    }
    boolean missing = needs.stream().anyMatch(need -> behind(need, known).isEmpty());
    DeploymentPhase phase =
        alone.phase() == DeploymentPhase.READY
            ? missing ? DeploymentPhase.PENDING : DeploymentPhase.DEGRADED
            : alone.phase();
    String why =
        String.join("; ", lacking.subList(0, Math.min(lacking.size(), PARTS_SHOWN)))
            + (lacking.size() > PARTS_SHOWN
                ? "; and %d more parts".formatted(lacking.size() - PARTS_SHOWN)
                : "");
    return new Outlook(
        phase,
        alone.ready(),
        Optional.of(alone.reason().map(own -> own + "; " + why).orElse(why)),
        alone.returns(),
        alone.spare());
  }

  private static List<String> lacking(
      ModelName name, Set<ModelName> needs, Map<ModelName, Listing> known) {
    List<String> lacking = new ArrayList<>();
    path(name, needs, known)
        .ifPresent(
            path ->
                lacking.add(
                    "it needs itself: %s; deploy one of them without its need"
                        .formatted(PartWords.way(path))));
    for (ModelName need : needs) {
      Optional<Listing> part = behind(need, known);
      if (part.isEmpty()) {
        lacking.add(PartWords.lacks(need, "not deployed"));
      } else if (!isReady(part.get())) {
        lacking.add(PartWords.lacks(need, part.get().phase().name()));
      }
    }
    return lacking;
  }

  /** A part that sleeps, or has given its place away, starts for the first request. */
  private static boolean isReady(Listing part) {
    return part.phase() == DeploymentPhase.READY || part.sleeps() || part.returns();
  }

  /** The deployment of that name, or that it is an alias of. */
  private static Optional<Listing> behind(ModelName need, Map<ModelName, Listing> known) {
    Optional<Listing> line = live(known.get(need));
    Optional<ModelName> target = line.flatMap(Listing::alias);
    return target.isEmpty()
        ? line
        : live(known.get(target.get())).filter(model -> model.alias().isEmpty());
  }

  private static Optional<Listing> live(@Nullable Listing listing) {
    return Optional.ofNullable(listing).filter(line -> line.phase() != DeploymentPhase.ENDED);
  }

  static Set<ModelName> needs(ModelState state) {
    return state.live().map(now -> now.spec().policies().needs()).orElse(Set.of());
  }

  /** Deployments that need {@code name}, be it by an alias of it. */
  static Set<ModelName> users(ModelName name, Map<ModelName, Listing> known) {
    return usersOf(name, known).stream()
        .map(Listing::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Listing> usersOf(ModelName name, Map<ModelName, Listing> known) {
    Set<ModelName> names = new TreeSet<>(Set.of(name));
    for (Listing line : known.values()) {
      if (line.phase() != DeploymentPhase.ENDED
          && line.alias().filter(target -> target.equals(name)).isPresent()) {
        names.add(line.name());
      }
    }
    return known.values().stream()
        .filter(line -> line.phase() != DeploymentPhase.ENDED && !line.name().equals(name))
        .filter(line -> line.needs().stream().anyMatch(names::contains))
        .toList();
  }

  /** Why the deployment cannot be removed: another one is made of it. */
  static Optional<Refused> removal(ModelState state, Map<ModelName, Listing> known) {
    return state.live().isEmpty()
        ? Optional.empty()
        : inUse(state.name(), usersOf(state.name(), known), "removed");
  }

  /** Why it cannot be scaled to none: another one is made of it that is not stopped itself. */
  static Optional<Refused> stop(ModelState state, int replicas, Map<ModelName, Listing> known) {
    if (replicas > 0 || state.live().map(now -> now.spec().replicas() == 0).orElse(true)) {
      return Optional.empty();
    }
    List<Listing> running =
        usersOf(state.name(), known).stream()
            .filter(line -> line.phase() != DeploymentPhase.STOPPED || line.sleeps())
            .toList();
    return inUse(state.name(), running, "stopped");
  }

  /** Why the declaration cannot be taken for the sake of parts; nothing where it can. */
  static Optional<Refused> deploy(
      ModelState state, ModelSpec wanted, Map<ModelName, Listing> known) {
    return circle(wanted.name(), wanted.policies().needs(), known)
        .or(() -> stop(state, wanted.replicas(), known));
  }

  private static Optional<Refused> inUse(ModelName name, List<Listing> users, String what) {
    return users.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                IN_USE,
                "%s cannot be %s: it %s; take it out of their needs, or have these %s first"
                    .formatted(
                        name,
                        what,
                        PartWords.partOf(users.stream().map(Listing::name).sorted().toList()),
                        what)));
  }
}
