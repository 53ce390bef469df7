package io.remuda.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lines of all models, and how many wait in them: in all, of each tenant, and for each model of
 * each priority. Its {@link WaitingRoom} sees to it that one thread at a time is here.
 */
final class WaitingLines {

  private final Map<String, WaitingLine> lines = new HashMap<>();
  private final Map<String, Integer> heldOf = new HashMap<>();
  private final Map<Priority, Map<String, Integer>> heldAs = new EnumMap<>(Priority.class);
  private int held;

  /** The model's line, made where there is none. */
  WaitingLine opened(String model) {
    return lines.computeIfAbsent(model, any -> new WaitingLine());
  }

  Set<String> models() {
    return Set.copyOf(lines.keySet());
  }

  /** How many wait in all. */
  int held() {
    return held;
  }

  /** How many of a tenant wait. Nobody in particular has no bound but the room's. */
  int heldBy(String tenant) {
    return tenant.isEmpty() ? 0 : heldOf.getOrDefault(tenant, 0);
  }

  /** How many wait for each model for which any does. */
  Map<String, Integer> depths() {
    Map<String, Integer> depths = new HashMap<>();
    lines.forEach(
        (model, line) -> {
          if (!line.isEmpty()) {
            depths.put(model, line.size());
          }
        });
    return depths;
  }

  /** How many of that priority wait for each model for which any does. */
  Map<String, Integer> depths(Priority priority) {
    return Map.copyOf(heldAs.getOrDefault(priority, Map.of()));
  }

  /**
   * Lets one in, as {@link WaitingLine#add} says.
   *
   * @return whether it is the first in its line
   */
  boolean add(Place place, boolean returns, RouteSnapshot known) {
    String model = place.guest().model();
    WaitingLine line = opened(model);
    ModelEntry entry = known.get(model);
    boolean isFirst = line.isEmpty();
    line.add(place, returns, entry != null && entry.readyCount() > 0);
    count(place.guest(), 1);
    return isFirst;
  }

  /** Whether it still waited. */
  boolean remove(Place place) {
    WaitingLine line = lines.get(place.guest().model());
    if (line == null || !line.remove(place)) {
      return false;
    }
    removed(place);
    return true;
  }

  /** Those who are on their way from now on since an instance has a slot less in use. */
  List<Place> freed(String model, RouteSnapshot known, long now) {
    WaitingLine line = lines.get(model);
    ModelEntry entry = known.get(model);
    return line == null || entry == null || entry.readyCount() == 0
        ? List.of()
        : take(line, line.freed(entry, now));
  }

  /** Those who are on their way from now on since they have a reason to look again. */
  List<Place> wanted(Set<String> models, RouteSnapshot known) {
    List<Place> taken = new ArrayList<>();
    for (String model : models) {
      WaitingLine line = lines.get(model);
      if (line != null) {
        ModelEntry entry = known.get(model);
        taken.addAll(
            take(line, known.aliasOf(model).isPresent() ? led(line, entry) : line.wanted(entry)));
      }
    }
    return taken;
  }

  /** Of those who wait until an alias leads somewhere: there each waits like any other. */
  private static int led(WaitingLine line, @Nullable ModelEntry target) {
    return target == null ? 0 : line.size();
  }

  /** All who wait, on their way from now on. */
  List<Place> takeAll() {
    List<Place> taken = new ArrayList<>();
    lines.values().forEach(line -> taken.addAll(take(line, line.size())));
    return taken;
  }

  private List<Place> take(WaitingLine line, int most) {
    List<Place> taken = line.take(most);
    taken.forEach(this::removed);
    return taken;
  }

  boolean isWaitedFor(String model) {
    WaitingLine line = lines.get(model);
    return line != null && !line.isEmpty();
  }

  /** As {@link WaitingLine#passes} says. */
  boolean passes(String model, Rank rank) {
    WaitingLine line = lines.get(model);
    return line == null || line.passes(rank);
  }

  /** As {@link WaitingLine#held} says. */
  Optional<Duration> heldFor(String model, long now) {
    WaitingLine line = lines.get(model);
    return line == null ? Optional.empty() : line.held(now);
  }

  Duration untilServed(String model) {
    WaitingLine line = lines.get(model);
    return line == null ? Duration.ZERO : line.untilServed();
  }

  void rested(String model) {
    WaitingLine line = lines.get(model);
    if (line != null) {
      line.rested();
    }
  }

  void forgetIfEmpty(String model) {
    WaitingLine line = lines.get(model);
    if (line != null && line.isOver()) {
      lines.remove(model);
    }
  }

  private void removed(Place place) {
    count(place.guest(), -1);
    place.isOver();
  }

  private void count(Guest guest, int more) {
    held += more;
    if (!guest.rank().tenant().isEmpty()) {
      count(heldOf, guest.rank().tenant(), more);
    }
    count(
        heldAs.computeIfAbsent(guest.rank().priority(), any -> new HashMap<>()),
        guest.model(),
        more);
  }

  private static void count(Map<String, Integer> counts, String of, int more) {
    int count = counts.getOrDefault(of, 0) + more;
    if (count == 0) {
      // Of names that nobody waits for any more none is kept.
      counts.remove(of);
    } else {
      counts.put(of, count);
    }
  }
}
