package io.remuda.registry.fleet;

import akka.actor.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whose word on others counts. A node that was not run for some seconds has heard nobody, and as it
 * wakes it takes all others for unreachable: that says something of it and nothing of them. So for
 * a while nothing is concluded from the word of a node that misses most of those that it watches,
 * or that somebody else has missed, other than the one it speaks of: two that lose one another over
 * a bad link are both believed.
 *
 * <p>What most registry nodes say alike is believed all the same: where most members are behind one
 * switch that fails, whoever is awake misses most. A registry node that another one has missed
 * lately does not count for that, since several may have slept at once. Belongs to one actor.
 */
final class Witnesses {

  /** One that is missed alone may well be the one that is at fault. */
  private static final int MANY = 2;

  private final int watched;
  private final Duration hold;
  private final Map<Address, Instant> missingMost = new HashMap<>();
  private final Map<Address, Map<Address, Instant>> missedBy = new HashMap<>();
  private final Map<Address, Instant> missedRegistries = new HashMap<>();

  /**
   * @param watched how many others a node watches at most
   * @param hold for so long after its last such word a node is not believed
   */
  Witnesses(int watched, Duration hold) {
    this.watched = watched;
    this.hold = hold;
  }

  /**
   * Who does not answer, on the word of somebody who is believed.
   *
   * @param accused who does not answer, and who says so
   * @param members how many the cluster has
   * @param registries which of them are registry nodes
   */
  Set<Address> believed(
      Map<Address, Set<Address>> accused, int members, Set<Address> registries, Instant now) {
    forget(now);
    Set<Address> shared = shared(accused, registries, now);
    doubtThoseThatMissMost(accused, shared, members, now);
    accused.forEach(
        (subject, observers) ->
            observers.stream()
                .filter(observer -> !missingMost.containsKey(observer))
                .forEach(
                    observer ->
                        missedBy
                            .computeIfAbsent(subject, s -> new HashMap<>())
                            .put(observer, now)));
    Set<Address> missed = new HashSet<>(shared);
    accused.forEach(
        (subject, observers) -> {
          if (observers.stream().anyMatch(observer -> isBelieved(observer, subject))) {
            missed.add(subject);
          }
        });
    return missed;
  }

  private void forget(Instant now) {
    Instant since = now.minus(hold);
    missingMost.values().removeIf(at -> !at.isAfter(since));
    missedRegistries.values().removeIf(at -> !at.isAfter(since));
    missedBy.values().forEach(by -> by.values().removeIf(at -> !at.isAfter(since)));
    missedBy.values().removeIf(Map::isEmpty);
  }

  /** Whom most registry nodes miss. */
  private Set<Address> shared(
      Map<Address, Set<Address>> accused, Set<Address> registries, Instant now) {
    for (Address registry : registries) {
      if (accused.getOrDefault(registry, Set.of()).stream().anyMatch(registries::contains)) {
        missedRegistries.put(registry, now);
      }
    }
    Set<Address> shared = new HashSet<>();
    accused.forEach(
        (subject, observers) -> {
          long alike =
              observers.stream()
                  .filter(registries::contains)
                  .filter(observer -> !missedRegistries.containsKey(observer))
                  .count();
          // The only registry node there is confirms nothing of its own.
          if (alike >= MANY && 2 * alike > registries.size()) {
            shared.add(subject);
          }
        });
    return shared;
  }

  private void doubtThoseThatMissMost(
      Map<Address, Set<Address>> accused, Set<Address> shared, int members, Instant now) {
    Map<Address, Set<Address>> missing = new HashMap<>();
    accused.forEach(
        (subject, observers) ->
            observers.forEach(
                observer -> missing.computeIfAbsent(observer, o -> new HashSet<>()).add(subject)));
    int watchedHere = Math.min(watched, members - 1);
    missing.forEach(
        (observer, subjects) -> {
          if (shared.containsAll(subjects)) {
            // It may have been the first of them to say so.
            missingMost.remove(observer);
          } else if (subjects.size() >= MANY && 2 * subjects.size() > watchedHere) {
            missingMost.put(observer, now);
          }
        });
  }

  private boolean isBelieved(Address observer, Address subject) {
    return !missingMost.containsKey(observer)
        && missedBy.getOrDefault(observer, Map.of()).keySet().stream().allMatch(subject::equals);
  }
}
