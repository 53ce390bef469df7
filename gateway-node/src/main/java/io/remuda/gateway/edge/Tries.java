package io.remuda.gateway.edge;

import io.remuda.gateway.routing.Asked;
import io.remuda.gateway.routing.Balancer;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** The instances that one request was sent to, and the one that it goes to next. */
final class Tries {

  /** Why a request goes out once more whose machine cannot be seen. */
  private static final String OUT_OF_SIGHT = "out_of_sight";

  private final InferenceSettings settings;
  private final Optional<LeaseId> lease;
  private Set<InstanceId> tried = Set.of();
  private Optional<Refused> full = Optional.empty();
  private Optional<Asked> asked = Optional.empty();
  private int attempts;

  /** Of all times that it went out, those before a wait too. */
  private int sent;

  /** Attempts at whose end their engine was gone: perhaps by this request's doing. */
  private int engines;

  /** Of those, as many as do not count since the request went to another model. */
  private int spared;

  /** Why it goes out once more to its model; empty where that is no news of an attempt. */
  private Optional<String> again = Optional.empty();

  /** Since when the machine that has the request is known to be out of sight; 0 while it is not. */
  private long outOfSightSince;

  Tries(InferenceSettings settings) {
    this(settings, Optional.empty());
  }

  /**
   * @param lease under which the request comes: it goes to the instances of no other
   */
  Tries(InferenceSettings settings, Optional<LeaseId> lease) {
    this.settings = settings;
    this.lease = lease;
  }

  /** What of the request has a say in where it goes. */
  void asks(Asked what) {
    asked = Optional.of(what);
  }

  /** The request goes to this instance, which knows it from now on. */
  void sentTo(Target target) {
    asked.ifPresent(what -> what.sentTo(target));
  }

  /** How many times it went out. */
  int sent() {
    return sent;
  }

  /** Why it goes out once more; empty where it goes to its model for the first time. */
  Optional<String> again() {
    return again;
  }

  /** The request goes out once more. */
  void count() {
    again = Optional.empty();
    sent++;
    attempts++;
    outOfSightSince = 0;
  }

  boolean any() {
    return attempts > 0;
  }

  /** How the attempt ended that was made last. */
  void ended(Refused why) {
    again = Optional.of(why.code().code());
    if (why.code() == ErrorCode.ENGINE_GONE) {
      engines++;
    } else if (why.code() == ErrorCode.BUSY) {
      full = Optional.of(why);
    }
  }

  /** After a wait every instance is worth a try again; engines that are gone go on counting. */
  void anew() {
    attempts = Math.max(0, engines - spared);
    tried = Set.of();
    full = Optional.empty();
  }

  /** Another model takes it, which is worth as many tries as the first. */
  void elsewhere() {
    spared = settings.attempts();
    again = Optional.empty();
    anew();
  }

  /** Whether it may wait and go out anew. */
  boolean mayWait() {
    return engines - spared < settings.attempts();
  }

  /**
   * Whether another model may answer it: engines that are gone are what that is for, unless those
   * of others went by it too.
   */
  boolean mayGoElsewhere() {
    return engines < 2 * settings.attempts();
  }

  boolean mayGoOn() {
    return attempts < settings.attempts();
  }

  /** An instance that has not failed this request. */
  Optional<Target> untried(ModelEntry entry) {
    return pick(entry, tried);
  }

  /** An instance for the rest of an answer that has begun, none of {@code without}. */
  Optional<Target> other(ModelEntry entry, Set<InstanceId> without) {
    return pick(entry, without);
  }

  /**
   * What the client is told when {@code last} was the end of it: that an instance has no room, if
   * one had none, for that will pass; not that another one is gone.
   */
  Refused toTell(Refused last) {
    return last.code() == ErrorCode.ENGINE_GONE ? full.orElse(last) : last;
  }

  /** Where to go after {@code failed}. */
  Optional<Target> after(Target failed, Refused why, ModelEntry entry) {
    if (why.code() == ErrorCode.STALE_LEASE || why.code() == ErrorCode.ENDED) {
      return Optional.empty();
    }
    if (tried.isEmpty()) {
      tried = new HashSet<>();
    }
    boolean first = tried.add(failed.instance());
    Optional<Target> next = untried(entry);
    // The only instance: its idle connection may have been closed as the request went out.
    return next.isEmpty()
            && first
            && why.code() == ErrorCode.ENGINE_GONE
            && isOffered(entry, failed.instance())
        ? Optional.of(failed)
        : next;
  }

  /**
   * An instance in sight, once the machine of {@code waiting} has been out of sight for too long:
   * what was sent to a machine without a network is lost, and its connection says so minutes later.
   *
   * @param now of {@link System#nanoTime()}
   */
  Optional<Target> insteadOf(Target waiting, RouteSnapshot snapshot, String model, long now) {
    if (snapshot.isInSight(waiting.route().machine())) {
      outOfSightSince = 0;
      return Optional.empty();
    }
    if (outOfSightSince == 0) {
      outOfSightSince = now;
    }
    if (now - outOfSightSince < settings.outOfSightLimit().toNanos() || !mayGoOn()) {
      return Optional.empty();
    }
    Set<InstanceId> others = new HashSet<>(tried);
    others.add(waiting.instance());
    Optional<Target> next =
        snapshot
            .find(model)
            .flatMap(entry -> pick(entry, others))
            .filter(other -> snapshot.isInSight(other.route().machine()));
    if (next.isPresent()) {
      tried = others;
      again = Optional.of(OUT_OF_SIGHT);
    }
    return next;
  }

  private Optional<Target> pick(ModelEntry entry, Set<InstanceId> without) {
    return lease.isPresent()
        ? entry.leasedTo(lease.get(), without)
        : asked
            .map(
                what ->
                    Balancer.pick(
                        entry, without, what, System.nanoTime(), ThreadLocalRandom.current()))
            .orElseGet(() -> Balancer.pick(entry, without, ThreadLocalRandom.current()));
  }

  private boolean isOffered(ModelEntry entry, InstanceId instance) {
    return lease.isPresent() ? entry.working(instance).isPresent() : entry.isReady(instance);
  }
}
