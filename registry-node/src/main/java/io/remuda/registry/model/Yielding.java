package io.remuda.registry.model;

import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol.Foreseen;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Forecast.Shift;
import io.remuda.registry.model.Action.AskToGiveWay;
import io.remuda.registry.model.RegistryMessage.GiveWayAnswered;
import io.remuda.registry.model.RegistryMessage.GiveWayReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whom a forecast asks to give way, and what came of it. Each is asked as its owner would be, one
 * after the other, and what its own name then does is part of the forecast.
 *
 * @param asks whether anybody is asked: in what becomes of a name that gives way nobody is in turn
 * @param departure the machine that is thought to be left, if any
 * @param earlier what other names had taken and given back before
 * @param open are still to be asked, each of one instance
 * @param log what this name and those that gave way have taken and given back since, in order
 * @param gone who gave way
 * @param told what comes of their names
 */
public record Yielding(
    boolean asks,
    Optional<Departure> departure,
    List<Shift> earlier,
    List<AskToGiveWay> open,
    List<Shift> log,
    List<Gone> gone,
    List<Forecast> told) {

  /**
   * One that gave way.
   *
   * @param sequence of the name that it gave way to: instances with higher numbers came after it
   */
  public record Gone(MachineId machine, InstanceId id, long sequence) {}

  /**
   * The next one that is to be asked.
   *
   * @param before what all names have taken and given back by then
   */
  public record Question(
      InstanceId id, AskToGiveWay wish, Optional<Departure> departure, List<Shift> before) {
    public Question {
      before = List.copyOf(before);
    }
  }

  public Yielding {
    earlier = List.copyOf(earlier);
    open = List.copyOf(open);
    log = List.copyOf(log);
    gone = List.copyOf(gone);
    told = List.copyOf(told);
  }

  static Yielding of(boolean asks, Optional<Departure> departure, List<Shift> earlier) {
    return new Yielding(asks, departure, earlier, List.of(), List.of(), List.of(), List.of());
  }

  /** Those that a look wants asked; {@code own} is what the name itself has come to by then. */
  Yielding wanting(List<Action> actions, List<Shift> own) {
    List<AskToGiveWay> single = new ArrayList<>();
    for (Action action : actions) {
      if (asks && action instanceof AskToGiveWay wish) {
        wish.ids().forEach(id -> single.add(wish.of(id)));
      }
    }
    return single.isEmpty()
        ? this
        : new Yielding(asks, departure, earlier, single, logged(own), gone, told);
  }

  Optional<Question> question() {
    return open.stream()
        .findFirst()
        .map(wish -> new Question(wish.ids().get(0), wish, departure, soFar()));
  }

  /** What all names are known to have taken and given back, in order. */
  List<Shift> soFar() {
    List<Shift> all = new ArrayList<>(earlier);
    all.addAll(log);
    return all;
  }

  /** What the name that asked makes of the answer to {@link #question}. */
  static Plan heard(Sight sight, Question asked, Foreseen said) {
    GiveWayReply reply = new GiveWayReply(asked.id(), said.refused().map(Refused::message));
    return EvictionDecider.answered(
        sight, new GiveWayAnswered(asked.id(), asked.wish().sounding(), Optional.of(reply)));
  }

  /** Where one of several stays the others are heard all the same. */
  Yielding answered(Question asked, Foreseen said, long sequence) {
    List<AskToGiveWay> left = open.subList(1, open.size());
    if (said.refused().isPresent() || asked.wish().sounding()) {
      return new Yielding(asks, departure, earlier, left, log, gone, told);
    }
    List<Shift> more = new ArrayList<>(log);
    more.addAll(said.shifts());
    List<Gone> all = new ArrayList<>(gone);
    all.add(new Gone(asked.wish().machine(), asked.id(), sequence));
    List<Forecast> forecasts = new ArrayList<>(told);
    said.forecast()
        .ifPresent(
            fresh -> {
              forecasts.removeIf(known -> known.name().equals(fresh.name()));
              forecasts.add(fresh.withoutVerdicts());
            });
    return new Yielding(asks, departure, earlier, left, more, all, forecasts);
  }

  /** The log, and behind it what of {@code own} is told neither there nor earlier. */
  List<Shift> logged(List<Shift> own) {
    List<Shift> all = new ArrayList<>(log);
    List<Shift> told = soFar();
    own.stream().filter(shift -> !tells(told, shift)).forEach(all::add);
    return all;
  }

  /** Whether {@code shifts} have that one, for whatever reason. */
  static boolean tells(List<Shift> shifts, Shift one) {
    return shifts.stream()
        .anyMatch(shift -> shift.id().equals(one.id()) && shift.taken() == one.taken());
  }
}
