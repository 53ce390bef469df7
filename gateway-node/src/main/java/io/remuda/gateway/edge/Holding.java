package io.remuda.gateway.edge;

import io.remuda.gateway.routing.AdmissionSettings;
import io.remuda.gateway.routing.Guest;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Place;
import io.remuda.gateway.routing.Rank;
import io.remuda.gateway.routing.WaitingRoom;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The waits of one request that no instance takes. Lives on the request's loop. */
final class Holding {

  private final InferenceHandler handler;
  private final WaitingRoom room;
  private final ClientRequest request;
  private final long started;
  private final Runnable again;

  /** One and the same each time, by which the room knows it again. */
  private final Runnable onCall = this::called;

  private Optional<Place> place = Optional.empty();
  private boolean called;

  /**
   * @param started when the request came, of {@link System#nanoTime()}
   * @param again what it does when it is called
   */
  Holding(InferenceHandler handler, ClientRequest request, long started, Runnable again) {
    this.handler = handler;
    this.room = handler.waitingRoom();
    this.request = request;
    this.started = started;
    this.again = again;
  }

  /** Whether a refusal passes by itself: when a slot comes free, or another instance is there. */
  static boolean mayPass(Refused refused) {
    return refused.code() == ErrorCode.BUSY || refused.code() == ErrorCode.MODEL_NOT_READY;
  }

  /**
   * Whether others have waited for longer: it may wait behind them, or goes. One that may not wait
   * has no place in their line, but its tenant has its turns all the same.
   */
  boolean isBehindOthers(ModelEntry entry) {
    return !called
        && room.isWaitedFor(entry.name())
        && (!left(entry).isZero() || !room.passes(entry.name(), rank()));
  }

  /**
   * Waits for an instance; or says why not.
   *
   * @param refused what an instance has just said
   */
  Optional<Refused> hold(ModelEntry entry, Optional<Refused> refused) {
    boolean returns = called;
    called = false;
    Duration left = left(entry);
    if (left.isZero() && returns && isInLine(entry, refused)) {
      return Optional.of(Refusals.waitedTooLong(entry.name()));
    }
    if (left.isZero() || !entry.mayBecomeReady()) {
      return Optional.of(said(entry, refused));
    }
    Guest guest = guest(entry.name());
    place =
        returns
            ? room.comeBack(guest, left, refused.isPresent())
            : room.enter(guest, left, refused.isPresent());
    if (place.isPresent()) {
      return Optional.empty();
    }
    return Optional.of(noPlace(entry.name()));
  }

  /**
   * Waits until an alias leads to a model again; or says why not.
   *
   * @param target that it stands for, and that is gone
   * @param unknown what is said when no switch is heard of in time
   */
  Optional<Refused> awaitSwitch(String alias, ModelName target, Refused unknown) {
    boolean returns = called;
    called = false;
    Duration grace = handler.looseAliases().left(alias, target, System.nanoTime());
    Duration left =
        request
            .holdFor()
            .map(most -> most.minusNanos(System.nanoTime() - started))
            .filter(most -> most.compareTo(grace) < 0)
            .orElse(grace);
    if (left.isZero() || left.isNegative()) {
      return Optional.of(unknown);
    }
    Guest guest = guest(alias);
    place = returns ? room.comeBack(guest, left, false) : room.enter(guest, left, false);
    if (place.isPresent()) {
      return Optional.empty();
    }
    return Optional.of(noPlace(alias));
  }

  private Guest guest(String model) {
    return new Guest(model, started, rank(), request.loop(), onCall);
  }

  private Rank rank() {
    AdmissionSettings admission = handler.settings().admission();
    Sender sender = request.sender();
    return new Rank(
        sender.share(),
        admission.weight(sender.tenant().orElse(sender.key())),
        admission.granted(sender.key(), sender.priority().orElse(admission.usual())));
  }

  private Refused noPlace(String model) {
    if (room.isClosed()) {
      return Refusals.stopping();
    }
    return room.isFullFor(request.sender().share())
        ? Refusals.shareFull(model, request.sender())
        : Refusals.roomFull(model);
  }

  /** Whether it waited for a slot where instances serve, and not for an instance. */
  private static boolean isInLine(ModelEntry entry, Optional<Refused> refused) {
    return entry.readyCount() > 0 && refused.map(why -> why.code() == ErrorCode.BUSY).orElse(true);
  }

  /** What to tell a client that has waited for a while; nothing while its request is not held. */
  Optional<String> news(@Nullable ModelEntry entry) {
    return entry != null
            && place.isPresent()
            && System.nanoTime() - started >= handler.settings().progressComment().toNanos()
        ? Optional.of(HoldProgress.of(entry))
        : Optional.empty();
  }

  /**
   * It is sent to an instance of {@code model} now; the first after a wake says how long it took.
   */
  void sent(String model, long now) {
    if (called) {
      room.sent(model, now).ifPresent(held -> handler.metrics().woken(model, held));
    }
  }

  /** The request is over. */
  void leave() {
    place.ifPresent(Place::leave);
    place = Optional.empty();
  }

  private void called() {
    place = Optional.empty();
    called = true;
    again.run();
  }

  private Duration left(ModelEntry entry) {
    Duration most = request.holdFor().orElseGet(() -> unasked(entry));
    Duration left = most.minusNanos(System.nanoTime() - started);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** For how long one is held whose client does not say. */
  private Duration unasked(ModelEntry entry) {
    InferenceSettings settings = handler.settings();
    if (entry.wakes()) {
      return settings.wakeWait();
    }
    return entry.isLeaving() && settings.leavingWait().compareTo(settings.defaultWait()) > 0
        ? settings.leavingWait()
        : settings.defaultWait();
  }

  /** That all are busy is the instance's word, or the line's; that none is there the fleet's. */
  private Refused said(ModelEntry entry, Optional<Refused> refused) {
    return refused
        .filter(why -> why.code() == ErrorCode.BUSY || entry.readyCount() > 0)
        .orElseGet(
            () ->
                entry.readyCount() > 0 && room.isWaitedFor(entry.name())
                    ? Refusals.behindOthers(entry.name())
                    : Refusals.notReady(entry, request.models()));
  }
}
