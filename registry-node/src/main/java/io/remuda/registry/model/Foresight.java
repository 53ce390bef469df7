package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Forecast.Kind;
import io.remuda.protocol.model.Forecast.Move;
import io.remuda.protocol.model.Forecast.Shift;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.placement.EvictionPolicy.Eviction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** What lies between two sights of one name, told instance by instance. */
final class Foresight {

  private final Sight before;
  private final Sight after;
  private final Yielding yielding;

  Foresight(Sight before, Sight after, Yielding yielding) {
    this.before = before;
    this.after = after;
    this.yielding = yielding;
  }

  Forecast forecast() {
    Outlook outlook = Outlook.of(after);
    List<Move> moves = moves();
    boolean waits =
        moves.stream().anyMatch(m -> m.kind() == Kind.STAYS || m.kind() == Kind.NO_PLACE);
    List<Verdict> verdicts = waits ? MakeRoom.verdicts(after) : List.of();
    return new Forecast(
        after.state().name(),
        after.state().wanted(),
        outlook.ready(),
        outlook.reason().map(why -> LastWords.within(why, LastWords.LISTED_BYTES)),
        moves.stream().limit(Forecast.MOST).toList(),
        verdicts.stream().limit(Forecast.MOST).toList(),
        yielding.told());
  }

  /** What the name has taken and given back, and what it has back of what was told before. */
  List<Shift> shifts() {
    List<Shift> shifts = new ArrayList<>(returned());
    gone().forEach(one -> shifts.add(new Shift(one.machine(), one.id(), one.claim(), false)));
    fresh().forEach(one -> shifts.add(new Shift(one.machine(), one.id(), one.claim(), true)));
    return shifts;
  }

  /** What has no place first. */
  private List<Move> moves() {
    List<Move> moves = new ArrayList<>();
    Deque<Instance> gone = new ArrayDeque<>(gone());
    List<Yielding.Gone> gaveWay = new ArrayList<>(yielding.gone());
    for (Instance next : fresh()) {
      Optional<Instance> last = Optional.ofNullable(gone.poll());
      List<InstanceId> others = others(next, gaveWay);
      moves.add(
          move(
                  last.isPresent() ? Kind.MOVES : Kind.NEW,
                  last,
                  Optional.of(next),
                  last.map(
                              old ->
                                  (old.machine().equals(next.machine())
                                      ? "is replaced on "
                                      : "moves to "))
                          .orElse("starts on ")
                      + next.machine()
                      + (others.isEmpty()
                          ? ""
                          : " " + PartWords.inPlaceOf(first(others)) + more(others)))
              .inPlaceOf(others));
    }
    int missing = Outlook.missing(after);
    // Room is made for one after the other, so it is told of the first one only.
    Deque<Eviction> instead = new ArrayDeque<>(MakeRoom.proposed(after).stream().toList());
    for (Instance last : gone) {
      if (missing-- > 0) {
        moves.add(nowhere(Optional.of(last), Optional.ofNullable(instead.poll())));
      } else {
        moves.add(move(Kind.ENDS, Optional.of(last), Optional.empty(), why(last)));
      }
    }
    for (int i = 0; i < missing; i++) {
      moves.add(nowhere(Optional.empty(), Optional.ofNullable(instead.poll())));
    }
    staying()
        .forEach(
            one ->
                moves.add(
                    move(
                        Kind.STAYS,
                        Optional.of(one),
                        Optional.empty(),
                        "serves on where it is until there is another place: " + waitsFor())));
    moves.sort(Comparator.comparing(move -> move.kind().compareTo(Kind.STAYS) < 0));
    return moves;
  }

  /** Who gave way to {@code next}: on its machine, and before it came. */
  private static List<InstanceId> others(Instance next, List<Yielding.Gone> gaveWay) {
    List<Yielding.Gone> its =
        gaveWay.stream()
            .filter(one -> one.machine().equals(next.machine()))
            .filter(one -> one.sequence() < next.id().number())
            .toList();
    gaveWay.removeAll(its);
    return its.stream().map(Yielding.Gone::id).limit(Forecast.MOST).toList();
  }

  /** Why it ends, as its stop would say. */
  private String why(Instance last) {
    Optional<String> gave =
        after
            .state()
            .given()
            .filter(given -> given.id().equals(last.id()))
            .map(SwapEvent.Given::reason);
    return "is stopped: " + gave.orElseGet(() -> stopped(last));
  }

  private String stopped(Instance last) {
    return Optional.ofNullable(after.state().instances().get(last.id()))
        .flatMap(Instance::stop)
        .map(Instance.Stop::reason)
        .orElse("%d wanted".formatted(after.state().wanted()));
  }

  private Move nowhere(Optional<Instance> last, Optional<Eviction> instead) {
    return move(
            Kind.NO_PLACE,
            last,
            Optional.empty(),
            "finds no place: " + waitsFor() + instead.map(Foresight::words).orElse(""))
        .inPlaceOf(
            instead.stream()
                .flatMap(others -> others.instances().stream())
                .limit(Forecast.MOST)
                .toList());
  }

  /** Whose place one that finds none may take, if their owners agree: that is not played. */
  private static String words(Eviction others) {
    return "; it may %s%s on %s"
        .formatted(
            PartWords.takePlaceOf(first(others.instances())),
            more(others.instances()),
            others.machine());
  }

  private static List<InstanceId> first(List<InstanceId> others) {
    return others.subList(0, Math.min(others.size(), Outlook.MACHINES_SHOWN));
  }

  private static String more(List<InstanceId> others) {
    int more = others.size() - Outlook.MACHINES_SHOWN;
    return more > 0 ? " and %d more".formatted(more) : "";
  }

  private String waitsFor() {
    return LastWords.within(Outlook.waitsFor(after), LastWords.LISTED_BYTES);
  }

  private static Move move(Kind kind, Optional<Instance> from, Optional<Instance> to, String text) {
    return new Move(
        kind,
        from.map(Instance::id),
        from.map(Instance::machine),
        to.map(Instance::id),
        to.map(Instance::machine),
        text);
  }

  /** What is to go and has not. */
  private List<Instance> staying() {
    return meant(after).stream()
        .filter(one -> before.state().instances().containsKey(one.id()))
        .filter(after::onDrainingMachine)
        .toList();
  }

  /**
   * What others have been told was taken and has gone since: neither of the two sights has it, yet
   * its place is free again.
   */
  private List<Shift> returned() {
    Collection<InstanceId> kept = meant(after).stream().map(Instance::id).toList();
    List<Shift> told = yielding.soFar();
    return told.stream()
        .filter(Shift::taken)
        .filter(shift -> shift.id().model().equals(after.state().name()))
        .filter(shift -> !kept.contains(shift.id()))
        .map(shift -> new Shift(shift.machine(), shift.id(), shift.claim(), false))
        .filter(shift -> !Yielding.tells(told, shift))
        .toList();
  }

  private List<Instance> gone() {
    Collection<InstanceId> kept = meant(after).stream().map(Instance::id).toList();
    return meant(before).stream().filter(one -> !kept.contains(one.id())).toList();
  }

  private List<Instance> fresh() {
    return meant(after).stream()
        .filter(one -> !before.state().instances().containsKey(one.id()))
        .toList();
  }

  /** Those that are not being stopped. */
  private static List<Instance> meant(Sight sight) {
    return sight.state().instances().values().stream()
        .filter(instance -> !instance.stopping())
        .toList();
  }
}
