package io.remuda.registry.lease;

import static io.remuda.protocol.ErrorCode.INVALID_REQUEST;

import io.remuda.protocol.Refused;
import io.remuda.registry.lease.LeaseEvent.LeaseRenewed;
import io.remuda.registry.lease.LeaseState.Cause;
import io.remuda.registry.lease.LeaseState.End;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How long a lease lasts, and how long it waits.
 *
 * <p>Until it is ready for the first time its patience says how long it waits. One that its holder
 * may be at work with waits for its time to live at least: neither another instance's start nor a
 * registry node's is anything that the holder was asked to be patient with.
 */
public final class LeaseTimeDecider {

  /** So much of its time a holder may find gone; telling machines anew takes less. */
  private static final Duration LATE = Duration.ofSeconds(1);

  private LeaseTimeDecider() {}

  /** Why nothing lasts for {@code time}. */
  public static Optional<Refused> timeless(Duration time) {
    return time.toMillis() > 0
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                INVALID_REQUEST,
                "a lease's time to live and patience are 1 ms or more, not %d ms"
                    .formatted(time.toMillis())));
  }

  /** How long it holds from each renewal on. */
  static Duration ttl(LeaseState state) {
    return state.ttl().orElseGet(() -> state.wish().orElseThrow().ttl());
  }

  /**
   * Whether its machines were told so long ago that its holder would miss some of its time, or that
   * they have let go of it: what they say counts from when they heard, while the lease may have
   * been writing, or another machine have waited for its calls. Of a lease that was renewed for
   * longer meanwhile they know the shorter time.
   */
  static boolean isLate(LeaseState state, LeaseSoft soft, Instant now) {
    Duration time =
        told(state, soft)
            .map(LeaseSoft.Told::ttl)
            .filter(before -> before.compareTo(ttl(state)) < 0)
            .orElseGet(() -> ttl(state));
    Duration half = time.dividedBy(2);
    Duration late = half.compareTo(LATE) < 0 ? half : LATE;
    return !toldAt(state, soft, now).plus(late).isAfter(now);
  }

  private static Instant toldAt(LeaseState state, LeaseSoft soft, Instant now) {
    return told(state, soft).map(LeaseSoft.Told::at).orElse(now);
  }

  private static Optional<LeaseSoft.Told> told(LeaseState state, LeaseSoft soft) {
    return soft.told().filter(told -> told.token() == state.token());
  }

  /**
   * All its instances obey: it is its holder's from {@code now} on, until the first of its machines
   * lets go of it.
   */
  public static LeaseSoft ready(LeaseState state, LeaseSoft soft, Instant now) {
    return soft.but(
        draft -> {
          draft.used = true;
          draft.deadline = Optional.of(toldAt(state, soft, now).plus(ttl(state)));
        });
  }

  /**
   * Its holder wants to keep it for {@code ttl} from now on, or for as long as it was asked for.
   * Where that is another time than before it is written, and {@link #kept} only then; until then
   * its deadline is what holds whether that comes to be or not.
   */
  public static LeaseDecision renewed(
      LeaseState state, LeaseSoft soft, Optional<Duration> ttl, Instant now) {
    Duration time = ttl.orElseGet(() -> state.wish().orElseThrow().ttl());
    return time.equals(ttl(state))
        ? LeaseDecision.remember(kept(state, soft, now))
        : new LeaseDecision(
            List.of(new LeaseRenewed(state.id(), time, now)),
            meanwhile(state, soft, time, now),
            false);
  }

  /** Both the time in the journal and the one that is being written last for that. */
  private static LeaseSoft meanwhile(LeaseState state, LeaseSoft soft, Duration time, Instant now) {
    Instant until = now.plus(time.compareTo(ttl(state)) < 0 ? time : ttl(state));
    boolean longer =
        soft.deadline().filter(old -> old.isAfter(now) && old.isBefore(until)).isPresent();
    return longer ? soft.but(draft -> draft.deadline = Optional.of(until)) : soft;
  }

  /**
   * It is renewed, as its journal says: its time counts from {@code now} on. Where that took so
   * long that machines have let go of it meanwhile, nothing that they said counts any more, and
   * they are told as when its actor starts anew. When they were told last is kept, so that an
   * answer which waited behind the write is known as too old.
   */
  public static LeaseSoft kept(LeaseState state, LeaseSoft soft, Instant now) {
    if (!soft.isReady()) {
      return soft;
    }
    return soft.deadline().filter(until -> until.isAfter(now)).isPresent()
        ? soft.but(draft -> draft.deadline = Optional.of(now.plus(ttl(state))))
        : LeaseSoft.begun(state, now)
            .but(
                draft -> {
                  draft.floor = soft.floor();
                  draft.told = soft.told();
                });
  }

  /** Why its time is over; empty while it is not. */
  static Optional<End> over(LeaseState state, LeaseSoft soft, Instant now) {
    if (soft.deadline().isPresent()) {
      return soft.deadline().get().isAfter(now)
          ? Optional.empty()
          : Optional.of(
              new End(
                  Cause.EXPIRED,
                  "it was not renewed within %d ms".formatted(ttl(state).toMillis())));
    }
    Duration limit = waits(state, soft);
    return since(state, soft).plus(limit).isAfter(now)
        ? Optional.empty()
        : Optional.of(
            new End(
                Cause.IMPATIENT,
                "it did not get its instances within %d ms%s"
                    .formatted(
                        limit.toMillis(),
                        LeaseOutlook.waitsFor(state, soft).map(why -> ": " + why).orElse(""))));
  }

  private static Duration waits(LeaseState state, LeaseSoft soft) {
    Duration patience = state.wish().orElseThrow().patience();
    Duration ttl = ttl(state);
    return soft.used() && ttl.compareTo(patience) > 0 ? ttl : patience;
  }

  /** While nobody remembered anything of it, nobody could tell its machines either. */
  private static Instant since(LeaseState state, LeaseSoft soft) {
    return soft.used() && soft.begun().isAfter(state.since()) ? soft.begun() : state.since();
  }
}
