package io.remuda.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one model, in turns; those who were called and have not arrived; and how slots
 * of it came free lately. Its {@link WaitingRoom} sees to it that one thread at a time is here.
 */
final class WaitingLine {

  /** What is older says nothing of how slots come free now. */
  private static final long FREED_WINDOW_NANOS = Duration.ofSeconds(30).toNanos();

  private final FairLine<Place> waiting = new FairLine<>();

  /** Called, and not yet at an instance: the slots that they were called for are theirs. */
  private int onTheirWay;

  /**
   * Of those, the ones whose turn it was, by what calls them; the others' time is over. Whoever
   * comes back may be called from its next place before it has arrived from the one before.
   */
  private final IdentityHashMap<Runnable, Place> hadTurns = new IdentityHashMap<>();

  private boolean resting;

  /** Instances that took requests when the rest began. */
  private Set<String> known = Set.of();

  /** How far apart slots come free while somebody waits. */
  private Pace freed = Pace.UNKNOWN;

  /** When one did last; empty before the first. */
  private OptionalLong freedAt = OptionalLong.empty();

  /** When whoever came first found no ready instance; empty once one of those was sent. */
  private OptionalLong wokenAt = OptionalLong.empty();

  /**
   * Lets one in.
   *
   * @param returns whether it had its turn before, which it keeps then
   * @param found whether there is a ready instance
   */
  void add(Place place, boolean returns, boolean found) {
    Guest guest = place.guest();
    boolean isFirst = waiting.isEmpty();
    if (returns && hadTurns.remove(guest.called()) != null) {
      waiting.addAgain(place, guest.rank());
    } else {
      waiting.add(place, guest.rank());
    }
    if (isFirst && onTheirWay == 0 && !found) {
      wokenAt = OptionalLong.of(guest.arrived());
    }
  }

  /** Whether {@code place} was in it. */
  boolean remove(Place place) {
    return waiting.remove(place, place.guest().rank());
  }

  /** The next ones, {@code most} at most: from now on they are on their way. */
  List<Place> take(int most) {
    List<Place> taken = new ArrayList<>();
    while (taken.size() < most && !waiting.isEmpty()) {
      Place next = waiting.next();
      hadTurns.put(next.guest().called(), next);
      onTheirWay++;
      taken.add(next);
    }
    return taken;
  }

  /** One whose time is over is on its way without having had its turn. */
  void leaves() {
    onTheirWay++;
  }

  /** One that was called is where it was to go, or gone. */
  void arrived(Place place) {
    onTheirWay--;
    hadTurns.remove(place.guest().called(), place);
  }

  /** As many as have a reason to look again, by what is known now. */
  int wanted(@Nullable ModelEntry entry) {
    if (entry == null || !entry.mayBecomeReady()) {
      return waiting.size();
    }
    if (resting && known.containsAll(ready(entry))) {
      return 0;
    }
    resting = false;
    return free(entry) - onTheirWay;
  }

  /** As many as may go since a slot came free. */
  int freed(ModelEntry entry, long now) {
    freedAt.ifPresent(last -> freed = freed.with(now - last, now, FREED_WINDOW_NANOS));
    freedAt = OptionalLong.of(now);
    return resting ? 1 : free(entry) - onTheirWay;
  }

  /** Whether it has to rest from now on; false where it rests already. */
  boolean rests(@Nullable ModelEntry entry) {
    known = entry == null ? Set.of() : ready(entry);
    boolean begins = !resting;
    resting = true;
    return begins;
  }

  void rested() {
    resting = false;
  }

  /** How long the first one was held that found no ready instance, told once. */
  Optional<Duration> held(long now) {
    if (wokenAt.isEmpty()) {
      return Optional.empty();
    }
    Duration held = Duration.ofNanos(now - wokenAt.getAsLong());
    wokenAt = OptionalLong.empty();
    return Optional.of(held);
  }

  boolean passes(Rank rank) {
    return waiting.passes(rank);
  }

  int size() {
    return waiting.size();
  }

  /** Whether nobody waits; others may be on their way. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  boolean isOver() {
    return waiting.isEmpty() && onTheirWay == 0;
  }

  /** After how long one that comes now would have its turn. */
  Duration untilServed() {
    return Duration.ofNanos((long) (freed.nanos() * (waiting.size() + 1)));
  }

  /** Slots that no request of this gateway has. */
  private static int free(ModelEntry entry) {
    int free = 0;
    for (int i = 0; i < entry.readyCount(); i++) {
      Target target = entry.ready(i);
      free += Math.max(0, Math.max(1, target.route().openSlots()) - target.inFlight());
    }
    return free;
  }

  private static Set<String> ready(ModelEntry entry) {
    Set<String> ready = new HashSet<>();
    for (int i = 0; i < entry.readyCount(); i++) {
      ready.add(entry.ready(i).instance().toString());
    }
    return ready;
  }
}
