package io.remuda.gateway.edge;

import io.remuda.gateway.dialect.AnswerKind;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.Refused;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The instances that may go on with one stream when its engine goes: they run the version that it
 * began at, and have neither failed it nor, since it broke off or waits, said that they are full.
 * Lives on one loop.
 */
final class Successors {

  private final InferenceSettings settings;
  private final ClientRequest request;
  private final Tries tries;
  private final Optional<AnswerKind> kind;

  /** Where it began: whoever goes on runs the same. */
  private @Nullable Route first;

  /** Instances that failed it, and those that had no room since it waits or broke. */
  private final Set<InstanceId> failed = new HashSet<>();

  private final Set<InstanceId> full = new HashSet<>();
  private Optional<Refused> busy = Optional.empty();

  /** Instances that were asked since it broke off, or since it was called from its wait. */
  private int asked;

  /**
   * @param kind of the stream's chunks; empty where nobody goes on with such
   */
  Successors(
      InferenceSettings settings, ClientRequest request, Tries tries, Optional<AnswerKind> kind) {
    this.settings = settings;
    this.request = request;
    this.tries = tries;
    this.kind = kind;
  }

  /** The stream begins there. */
  void begins(Target target) {
    first = target.route();
  }

  /** Whether there is one now. */
  boolean any(@Nullable ModelEntry entry) {
    Route like = first;
    return entry != null
        && like != null
        && entry.readyCount() + entry.leasedCount() > 1
        && !suited(entry, like).isEmpty();
  }

  /** The stream broke off there. */
  void broke(Target target) {
    failed.add(target.instance());
    busy = Optional.empty();
    anew();
  }

  /** That one did not begin with the rest. */
  void failed(Target target) {
    failed.add(target.instance());
  }

  /** That one has no room now. */
  void full(Target target, Refused why) {
    full.add(target.instance());
    busy = Optional.of(why);
  }

  /** It has waited: those that had no room may have some. */
  void anew() {
    full.clear();
    asked = 0;
  }

  /** The one to ask now. */
  Optional<Target> next(ModelEntry entry) {
    Route like = first;
    if (like == null || !mayAsk()) {
      return Optional.empty();
    }
    Set<InstanceId> without = new HashSet<>(failed);
    without.addAll(full);
    Set<InstanceId> suited = suited(entry, like);
    for (Target one : offered(entry)) {
      if (!suited.contains(one.instance())) {
        without.add(one.instance());
      }
    }
    Optional<Target> next = tries.other(entry, without);
    if (next.isPresent()) {
      asked++;
    }
    return next;
  }

  /** What one of them said that has no room; empty where none said so. */
  Optional<Refused> busy() {
    return busy;
  }

  /** Why there is none to ask. */
  ResumeObjection none() {
    if (!mayAsk()) {
      return new ResumeObjection(
          ResumeObjection.Kind.OFTEN, "%d other instances were asked in vain".formatted(asked));
    }
    return busy.isPresent()
        ? new ResumeObjection(
            ResumeObjection.Kind.BUSY, "all other instances of its version are busy")
        : new ResumeObjection(
            ResumeObjection.Kind.NOBODY, "no other instance of its version is ready");
  }

  private boolean mayAsk() {
    return asked < settings.attempts();
  }

  private Set<InstanceId> suited(ModelEntry entry, Route like) {
    Set<InstanceId> suited = new HashSet<>();
    for (Target one : offered(entry)) {
      if (kind.isPresent()
          && ResumePolicy.suits(like, one.route(), kind.get())
          && Dialects.isNative(request.endpoint(), one.route().endpoints())) {
        suited.add(one.instance());
      }
    }
    return suited;
  }

  private List<Target> offered(ModelEntry entry) {
    return request.lease().isPresent() ? entry.leased() : entry.ready();
  }
}
