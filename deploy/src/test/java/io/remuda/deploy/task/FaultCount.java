package io.remuda.deploy.task;

import java.time.Duration;
import java.util.Locale;

/** What was counted at one point. One thread writes it. */
final class FaultCount {
  private static final int TOLD_EACH = 20;

  private final FaultPoint point;
  private final long began = System.nanoTime();
  int kills;
  int accepted;
  int done;
  int refused;

  /** Records that an accepted task had shown and that are gone; only a flush may take them. */
  int forgotten;

  /** Results that differ from one that was seen before, or that came from a second task. */
  int second;

  FaultCount(FaultPoint point) {
    this.point = point;
  }

  int lost() {
    return accepted - done - forgotten;
  }

  /** Whether the promise held at every one of the wanted kills. */
  boolean kept(int wanted) {
    boolean mayForget = point == FaultPoint.STORE_FLUSHED;
    return kills == wanted && lost() == 0 && second == 0 && (mayForget || forgotten == 0);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-37s kills %4d  accepted %6d  done %6d  forgotten %4d  lost %d  second results %d"
            + "  refused %6d  %5d s",
        point.words(),
        kills,
        accepted,
        done,
        forgotten,
        lost(),
        second,
        refused,
        Duration.ofNanos(System.nanoTime() - began).toSeconds());
  }

  /** Counts a kill, and tells now and then how far it is. */
  void killed() {
    if (++kills % TOLD_EACH == 0) {
      System.err.printf("%s: %d kills so far%n", point, kills);
    }
  }
}
