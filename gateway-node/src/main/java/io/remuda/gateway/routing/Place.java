package io.remuda.gateway.routing;

import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * A place in a line of the {@link WaitingRoom}, from a guest's entry until it is called or goes.
 */
public final class Place implements Comparable<Place> {

  private final WaitingRoom room;
  private final Guest guest;
  private final long entry;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * @param entry how many came in before
   */
  Place(WaitingRoom room, Guest guest, long entry) {
    this.room = room;
    this.guest = guest;
    this.entry = entry;
  }

  Guest guest() {
    return guest;
  }

  /** Calls the guest when its time is over. */
  void timedBy(ScheduledFuture<?> limit) {
    timer = limit;
  }

  /** It was called, or has gone. */
  void isOver() {
    ScheduledFuture<?> running = timer;
    if (running != null) {
      running.cancel(false);
    }
  }

  /** Its request waits no more. Whether it still did: whoever was called already does not. */
  public boolean leave() {
    return room.drop(this);
  }

  @Override
  public int compareTo(Place other) {
    // Nanoseconds of this clock are told apart by their difference alone.
    long apart = guest.arrived() - other.guest.arrived();
    return apart != 0 ? Long.signum(apart) : Long.compare(entry, other.entry);
  }
}
