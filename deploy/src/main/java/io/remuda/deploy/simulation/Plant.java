package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Invariant;
import java.util.Locale;
import java.util.Set;

/** A bug put into the simulation on purpose, to see that it is found by what it breaks. */
public enum Plant {
  NONE("no bug"),
  DOUBLE_PLACEMENT("now and then a start goes to a second machine too", Invariant.ONE_START),
  LOST_ASSIGNMENT(
      "now and then the journal confirms a write that it does not keep", Invariant.ACT_AFTER_WRITE),
  STALE_EPOCH("a machine forgets what it was told to stop", Invariant.NO_STALE_EPOCH),
  TWO_COMMITS("the journal takes a number twice", Invariant.ONE_COMMIT),
  MEMORY_TWICE(
      "a machine that takes up an engine again does not count its claim",
      Invariant.NO_MEMORY_TWICE),
  TWO_SCHEMAS("now and then another schema is taken for a name", Invariant.ONE_SCHEMA),
  ORPHAN("a machine forgets an instance before its engine has ended", Invariant.NO_ORPHAN),
  STUCK_START(
      "a machine that starts an engine does not let the next one start", Invariant.CONVERGES),
  STALE_ROUTE("a machine tells gateways of nothing but what is ready", Invariant.CONVERGES),
  STOPS_FIRST(
      "what serves is stopped as soon as another version is declared", Invariant.KEEPS_SERVING),
  NEW_RECIPE_FOR_OLD(
      "an instance is started from what is declared now, whatever it was placed with",
      Invariant.OWN_RECIPE),
  HELD_EARLY(
      "an instance is held for a lease while others' calls are under way", Invariant.ONE_HOLDER),
  ANY_TOKEN("an instance goes by a lease, whatever its number", Invariant.TOKEN_RISES),
  READY_EARLY("a lease is READY before its instances obey it", Invariant.ONE_INSTANCE_PER_LEASE),
  FLAPS("a model scales up and down at each look", Invariant.NO_FLAPPING),
  WAKES_FOR_EACH("a model wakes with an instance for each that waits", Invariant.WOKEN_ONCE),
  PINNED_GOES("nobody knows what is pinned, and its owner lets it go", Invariant.PINNED_STAYS),
  FREE_TOO_EARLY(
      "a machine says that memory is free before the engine is gone",
      Invariant.NO_START_BEFORE_BACK),
  KEPT_FOR_EVER("a lease that has ended gives nothing back", Invariant.LEASES_SETTLE),
  EARLY_ORDER(
      "commands leave before the events that they rest on are written", Invariant.ACT_AFTER_WRITE);

  private final String meaning;
  private final Set<Invariant> breaks;

  Plant(String meaning, Invariant... breaks) {
    this.meaning = meaning;
    this.breaks = Set.of(breaks);
  }

  public String meaning() {
    return meaning;
  }

  /** What has to be found of it; that something else breaks too finds it by accident only. */
  public Set<Invariant> breaks() {
    return breaks;
  }

  /** As it is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
