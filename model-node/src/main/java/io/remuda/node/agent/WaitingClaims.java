package io.remuda.node.agent;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol.StartInstance;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Starts that wait at this machine for room, in the order in which they came, each for as long as
 * its patience lasts. What one of them needs is kept from all that came after it, so that room that
 * is made for it is not taken by somebody else.
 *
 * <p>Soft state: forgotten with the JVM, and then the starts are sent again. One whose patience was
 * over is remembered for a while, so that a start sent again does not wait anew. Immutable.
 *
 * @param waiting the first to be served first
 * @param givenUp what waited in vain, by instance
 */
public record WaitingClaims(List<Waiting> waiting, Map<InstanceId, GivenUp> givenUp) {

  /** Nobody waits. */
  public static final WaitingClaims NONE = new WaitingClaims(List.of(), Map.of());

  /**
   * A start that waits.
   *
   * @param sinceNanos when it came first, by the clock of time-outs
   * @param why it did not fit when that was last asked
   */
  public record Waiting(StartInstance start, long sinceNanos, Refused why) {

    InstanceId id() {
      return start.id();
    }

    boolean isOver(long nowNanos) {
      return nowNanos - sinceNanos >= start.patience().orElse(Duration.ZERO).toNanos();
    }
  }

  /** One whose patience was over at {@code atNanos}. */
  record GivenUp(long atNanos, Refused why) {}

  public WaitingClaims {
    waiting = List.copyOf(waiting);
    givenUp = Collections.unmodifiableMap(new TreeMap<>(givenUp));
  }

  /** Whether a start that was refused for {@code why} is to wait: it may, and has not before. */
  boolean lets(StartInstance start, Refused why) {
    return why.code() == ErrorCode.NODE_FULL
        && start.patience().filter(patience -> !patience.isZero()).isPresent()
        && !givenUp.containsKey(start.id());
  }

  /** With a start that does not fit; one that waits already keeps its place and its time. */
  WaitingClaims with(StartInstance start, Refused why, long nowNanos) {
    List<Waiting> next = new ArrayList<>();
    boolean known = false;
    for (Waiting one : waiting) {
      boolean same = one.id().equals(start.id());
      known |= same;
      next.add(same ? new Waiting(start, one.sinceNanos(), why) : one);
    }
    if (!known) {
      next.add(new Waiting(start, nowNanos, why));
    }
    return new WaitingClaims(next, givenUp);
  }

  Optional<Waiting> find(InstanceId id) {
    return waiting.stream().filter(one -> one.id().equals(id)).findFirst();
  }

  WaitingClaims without(InstanceId id) {
    return new WaitingClaims(
        waiting.stream().filter(one -> !one.id().equals(id)).toList(), givenUp);
  }

  /** Without one that has waited for as long as it may. */
  WaitingClaims givenUp(Waiting one, long nowNanos) {
    Map<InstanceId, GivenUp> more = new TreeMap<>(givenUp);
    more.put(one.id(), new GivenUp(nowNanos, one.why()));
    return new WaitingClaims(without(one.id()).waiting(), more);
  }

  /** Forgets what waited in vain longer ago than {@code keep}. */
  WaitingClaims prune(long nowNanos, Duration keep) {
    Map<InstanceId, GivenUp> kept = new TreeMap<>(givenUp);
    kept.values().removeIf(one -> nowNanos - one.atNanos() > keep.toNanos());
    return kept.size() == givenUp.size() ? this : new WaitingClaims(waiting, kept);
  }

  /** What {@code id} may take of {@code ledger}: all but what those before it wait for. */
  CapacityLedger leftFor(InstanceId id, CapacityLedger ledger) {
    CapacityLedger left = ledger;
    for (Waiting one : waiting) {
      if (one.id().equals(id)) {
        break;
      }
      left = left.keeping(one.id(), one.start().claim());
    }
    return left;
  }

  /** Of {@code id}, or nothing where it does not wait. */
  Optional<InstanceReport> report(InstanceId id, long sequence) {
    return find(id).map(one -> report(one, sequence));
  }

  /**
   * As they are told to the registry.
   *
   * @param sequence before all that will be said of them once they have room
   */
  List<InstanceReport> reports(long sequence) {
    return waiting.stream().map(one -> report(one, sequence)).toList();
  }

  private InstanceReport report(Waiting one, long sequence) {
    int before = waiting.indexOf(one);
    String place = before == 0 ? "" : " behind %d other%s".formatted(before, before > 1 ? "s" : "");
    StartInstance start = one.start();
    return new InstanceReport(
        start.id(),
        start.epoch(),
        sequence,
        Phase.ASSIGNED,
        Origin.ASSIGNED,
        start.spec().engine(),
        OptionalLong.empty(),
        OptionalInt.empty(),
        0,
        0,
        0,
        0,
        Optional.of("waits for room%s: %s".formatted(place, one.why().message())),
        OptionalDouble.empty(),
        start.claim(),
        Optional.empty(),
        start.revision(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
