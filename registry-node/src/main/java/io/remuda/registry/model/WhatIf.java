package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol.Foreseen;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Forecast.Shift;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.Imagined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a change would come to for one name: the {@link Reconciler} itself, look after look, over a
 * fleet in which each start succeeds at once and what is stopped gives its room back.
 *
 * <p>Time stands still, so that nothing is given up and no pause ends, but for that between two
 * wishes that others give way. The numbers of events are those that the real ones would get, and so
 * is what is drawn by them. Whether an instance of another name gives way its owner is asked, who
 * plays what its own name then does.
 *
 * @param before the world as it is
 * @param imagined the world as far as it was played
 * @param calm whether what is busy is thought to have finished its work
 * @param rests whether nothing changes any more
 * @param yielding whom it asks to give way
 */
public record WhatIf(Sight before, Sight imagined, boolean calm, boolean rests, Yielding yielding) {

  /** Looks that are played at most, besides some for each instance. */
  private static final int MOST_LOOKS = 20;

  private static final int LOOKS_FOR_EACH = 8;

  /** Exactly one of the two: what is to be played, or why the change is refused. */
  public record Begun(Optional<WhatIf> play, Optional<Refused> refused) {}

  /**
   * {@code wanted} is declared, if it may be.
   *
   * @param known the fleet's other names, of which it may be made, or which may be made of it
   */
  public static Begun deploy(
      Sight sight,
      Map<ModelName, Listing> known,
      ModelSpec wanted,
      Optional<Long> ifMatch,
      boolean evolve) {
    Decision decision =
        Decision.unless(
            ModelDecider.deploy(sight.state(), wanted, ifMatch, evolve, sight.now()),
            () -> DependsDecider.deploy(sight.state(), wanted, known));
    if (decision.refused().isPresent()) {
      return new Begun(Optional.empty(), decision.refused());
    }
    if (decision.events().isEmpty()) {
      return begun(sight, sight);
    }
    ModelState next = sight.state().on(decision.events());
    Sight changed =
        sight
            .with(next, sight.soft().forRecipe())
            .madeOf(DependsDecider.reached(DependsDecider.needs(next), known));
    return begun(sight, changed);
  }

  private static Begun begun(Sight sight, Sight changed) {
    Yielding nobody = Yielding.of(true, Optional.empty(), List.of());
    return new Begun(
        Optional.of(new WhatIf(sight, PromptMachines.asked(changed), false, false, nobody)),
        Optional.empty());
  }

  /**
   * A machine, or a GPU of it, is left.
   *
   * @param earlier what names have taken and given back before, this one too where it gave way
   */
  public static WhatIf left(Sight sight, Departure departure, List<Shift> earlier) {
    WhatIf last = after(sight, Optional.of(departure), earlier);
    return new WhatIf(
        sight, last.imagined, false, false, Yielding.of(true, Optional.of(departure), earlier));
  }

  /**
   * An instance is asked to give way; refused where it stays. Where it was only to say whether it
   * would, it has not gone.
   */
  public static Begun givesWay(
      Sight sight, EvictionDecider.Ask ask, Optional<Departure> departure, List<Shift> earlier) {
    WhatIf last = after(sight, departure, earlier);
    Optional<String> stays = EvictionDecider.giveWay(last.imagined, ask).stays();
    return stays
        .map(why -> new Begun(Optional.empty(), Optional.of(Refused.of(ErrorCode.IN_USE, why))))
        .orElseGet(() -> new Begun(Optional.of(last.giving(ask)), Optional.empty()));
  }

  /** The name as it is after all that was foreseen before, its own part played again. */
  private static WhatIf after(Sight sight, Optional<Departure> departure, List<Shift> earlier) {
    FleetSnapshot fleet =
        departure
            .map(left -> Imagined.left(sight.fleet(), left, sight.policy().lostAfter()))
            .orElse(sight.fleet());
    WhatIf play =
        new WhatIf(
            sight,
            PromptMachines.asked(sight.over(fleet)),
            false,
            false,
            Yielding.of(false, departure, earlier));
    boolean played = false;
    for (Shift shift : earlier) {
      if (!shift.id().model().equals(sight.state().name())) {
        play = play.over(Imagined.after(play.imagined.fleet(), List.of(shift)));
        played = false;
      } else if (shift.yields().isPresent()) {
        Forecast.Yield to = shift.yields().get();
        play =
            play.giving(
                    new EvictionDecider.Ask(shift.id(), to.to(), to.priority(), to.asked(), false))
                .atRest();
        played = true;
      } else if (!played) {
        play = play.atRest();
        played = true;
      }
    }
    return play;
  }

  private WhatIf giving(EvictionDecider.Ask ask) {
    EvictionDecider.Answer answer = EvictionDecider.giveWay(imagined, ask);
    return answer.events().isEmpty()
        ? this
        : new WhatIf(
            before,
            imagined.with(
                imagined.state().on(answer.events()), EvictionDecider.going(imagined, ask)),
            calm,
            false,
            yielding);
  }

  private WhatIf over(FleetSnapshot fleet) {
    return new WhatIf(before, imagined.over(fleet), false, false, yielding);
  }

  /**
   * Played on until nothing changes any more, or a machine or another name's owner is to be asked:
   * that takes less than any stop, so the answer is there before what is stopped has ended.
   */
  public WhatIf atRest() {
    int looks =
        MOST_LOOKS
            + LOOKS_FOR_EACH * (imagined.state().wanted() + imagined.state().instances().size());
    WhatIf next = this;
    for (int look = 0;
        look < looks && !next.rests && next.asks().isEmpty() && next.yielding.open().isEmpty();
        look++) {
      next = next.look();
    }
    return next;
  }

  /** The machine that is to say what it knows of the model before anything is placed. */
  public Optional<MachineId> asks() {
    return imagined.state().currentFile().isPresent()
        ? Optional.empty()
        : imagined.soft().asked().keySet().stream()
            .filter(machine -> !before.soft().asked().containsKey(machine) || isDeclared())
            .findFirst();
  }

  private boolean isDeclared() {
    return imagined.state().sequence() > before.state().sequence();
  }

  /** After that machine's answer; none came in time where it is empty. */
  public WhatIf told(MachineId machine, Optional<NodeProtocol.Described> answer) {
    long revision = imagined.state().live().map(Declaration::revision).orElse(-1L);
    Plan plan = AnswerDecider.describe(imagined, new DescribeAnswered(machine, revision, answer));
    Sight next = imagined.with(imagined.state().on(plan.events()), plan.soft());
    return new WhatIf(before, next, calm, false, yielding);
  }

  /** Who is to be asked to give way before it goes on. */
  public Optional<Yielding.Question> question() {
    return yielding.question();
  }

  /** After the answer to {@link #question}. */
  public WhatIf told(Yielding.Question asked, Foreseen said) {
    Plan plan = Yielding.heard(imagined, asked, said);
    Yielding next = yielding.answered(asked, said, imagined.state().sequence());
    boolean goes = said.refused().isEmpty() && !asked.wish().sounding();
    FleetSnapshot fleet = goes ? Imagined.after(imagined.fleet(), said.shifts()) : imagined.fleet();
    Sight heard = imagined.with(imagined.state(), plan.soft()).over(fleet);
    return new WhatIf(before, heard, calm, false, next);
  }

  /** What it came to. */
  public Forecast forecast() {
    return new Foresight(before, imagined, yielding).forecast();
  }

  /** What the name, and those that gave way to it, have taken and given back by then, in order. */
  public List<Shift> shifts() {
    return yielding.logged(own());
  }

  private List<Shift> own() {
    return new Foresight(before, imagined, yielding).shifts();
  }

  /** What the name that was asked by {@code ask} has taken and given back for that. */
  public List<Shift> shiftsFor(EvictionDecider.Ask ask) {
    List<Shift> all = new ArrayList<>();
    Optional.ofNullable(before.state().instances().get(ask.instance()))
        .map(one -> new Shift(one.machine(), one.id(), one.claim(), false))
        .or(() -> taken(ask))
        .ifPresent(
            gone ->
                all.add(
                    new Shift(
                        gone.machine(),
                        gone.id(),
                        gone.claim(),
                        false,
                        Optional.of(new Forecast.Yield(ask.to(), ask.priority(), ask.asked())))));
    own().stream()
        .filter(shift -> !Yielding.tells(yielding.earlier(), shift))
        .filter(shift -> !shift.id().equals(ask.instance()))
        .forEach(all::add);
    return all;
  }

  /** One that was only placed in the forecast itself. */
  private Optional<Shift> taken(EvictionDecider.Ask ask) {
    return yielding.earlier().stream()
        .filter(shift -> shift.taken() && shift.id().equals(ask.instance()))
        .findFirst();
  }

  private WhatIf look() {
    Plan plan = Reconciler.reconcile(imagined);
    ModelState state = imagined.state().on(plan.events());
    FleetSnapshot fleet = imagined.fleet();
    for (Action action : plan.actions()) {
      fleet = PromptMachines.done(fleet, state, action);
    }
    fleet = PromptMachines.ready(fleet, state);
    boolean changed = !plan.events().isEmpty() || !fleet.equals(imagined.fleet());
    Sight next = imagined.with(state, plan.soft()).over(fleet);
    Yielding wanted =
        yielding.wanting(plan.actions(), new Foresight(before, next, yielding).shifts());
    if (changed || !wanted.open().isEmpty()) {
      return new WhatIf(before, next, calm, false, wanted);
    }
    if (!calm) {
      return new WhatIf(
          before, next.over(PromptMachines.calmed(fleet, state)), true, false, wanted);
    }
    Optional<Instant> again = EvictionDecider.asksAgain(next).filter(any -> yielding.asks());
    return again
        .map(at -> new WhatIf(before, next.at(at), true, false, wanted))
        .orElseGet(() -> new WhatIf(before, next, true, true, wanted));
  }
}
