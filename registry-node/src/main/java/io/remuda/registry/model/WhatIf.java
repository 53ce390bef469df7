package io.remuda.registry.model;

import io.remuda.protocol.Listing;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Forecast.Shift;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.Imagined;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a change would come to for one name: the {@link Reconciler} itself, look after look, over a
 * fleet in which each start succeeds at once and what is stopped gives its room back.
 *
 * <p>Time stands still, so that nothing is given up and no pause ends. The numbers of events are
 * those that the real ones would get, and so is what is drawn by them.
 *
 * @param before the world as it is
 * @param imagined the world as far as it was played
 * @param calm whether what is busy is thought to have finished its work
 * @param rests whether nothing changes any more
 */
public record WhatIf(Sight before, Sight imagined, boolean calm, boolean rests) {

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
      return new Begun(Optional.of(new WhatIf(sight, sight, false, false)), Optional.empty());
    }
    ModelState next = sight.state().on(decision.events());
    Sight changed =
        sight
            .with(next, sight.soft().forRecipe())
            .madeOf(DependsDecider.reached(DependsDecider.needs(next), known));
    return new Begun(Optional.of(new WhatIf(sight, changed, false, false)), Optional.empty());
  }

  /**
   * A machine, or a GPU of it, is left.
   *
   * @param others what other names have taken and given back before
   */
  public static WhatIf left(Sight sight, Departure departure, List<Shift> others) {
    FleetSnapshot fleet = sight.fleet();
    for (Shift shift : others) {
      fleet =
          shift.taken()
              ? Imagined.taken(fleet, shift.machine(), shift.claim())
              : Imagined.ended(fleet, shift.machine(), shift.id());
    }
    fleet = Imagined.left(fleet, departure, sight.policy().lostAfter());
    return new WhatIf(sight, sight.over(fleet), false, false);
  }

  /**
   * Played on until nothing changes any more, or a machine is to be asked: that takes less than any
   * stop, so the answer is there before what is stopped has ended.
   */
  public WhatIf atRest() {
    int looks =
        MOST_LOOKS
            + LOOKS_FOR_EACH * (imagined.state().wanted() + imagined.state().instances().size());
    WhatIf next = this;
    for (int look = 0; look < looks && !next.rests && next.asks().isEmpty(); look++) {
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
    long revision = imagined.state().live().map(ModelState.Declaration::revision).orElse(-1L);
    Plan plan = AnswerDecider.describe(imagined, new DescribeAnswered(machine, revision, answer));
    Sight next = imagined.with(imagined.state().on(plan.events()), plan.soft());
    return new WhatIf(before, next, calm, false);
  }

  /** What it came to. */
  public Forecast forecast() {
    return new Foresight(before, imagined).forecast();
  }

  /** What the name has taken and given back by then. */
  public List<Shift> shifts() {
    return new Foresight(before, imagined).shifts();
  }

  private WhatIf look() {
    Plan plan = Reconciler.reconcile(imagined);
    ModelState state = imagined.state().on(plan.events());
    FleetSnapshot fleet = imagined.fleet();
    for (Action action : plan.actions()) {
      fleet = done(fleet, state, action);
    }
    fleet = ready(fleet, state);
    boolean changed = !plan.events().isEmpty() || !fleet.equals(imagined.fleet());
    Sight next = imagined.with(state, plan.soft()).over(fleet);
    if (changed) {
      return new WhatIf(before, next, calm, false);
    }
    return calm
        ? new WhatIf(before, next, true, true)
        : new WhatIf(before, next.over(calmed(fleet, state)), true, false);
  }

  private static FleetSnapshot done(FleetSnapshot fleet, ModelState state, Action action) {
    if (action instanceof Action.Start start) {
      return Imagined.started(fleet, action.machine(), report(state, start.instance()));
    }
    if (action instanceof Action.Stop stop) {
      FleetSnapshot ended = Imagined.ended(fleet, stop.machine(), stop.id());
      Optional<Instance> unheard =
          Optional.ofNullable(state.instances().get(stop.id()))
              .filter(
                  known ->
                      ended.machine(stop.machine()).flatMap(m -> m.instance(stop.id())).isEmpty());
      return unheard
          .map(
              known ->
                  Imagined.ended(
                      Imagined.started(ended, stop.machine(), report(state, known)),
                      stop.machine(),
                      stop.id()))
          .orElse(ended);
    }
    // What a machine knows of the model it alone can say, and its own name's owner whether an
    // instance gives way.
    return fleet;
  }

  /** What has begun to start has started. */
  private static FleetSnapshot ready(FleetSnapshot fleet, ModelState state) {
    return each(
        fleet,
        state,
        report ->
            switch (report.phase()) {
              case ASSIGNED, STARTING, WARMING -> report.restingIn(Phase.READY);
              case READY, SUSPECT, BACKOFF, DRAINING, FAILED, ENDED -> report;
            });
  }

  /** What is busy has finished. */
  private static FleetSnapshot calmed(FleetSnapshot fleet, ModelState state) {
    return each(fleet, state, report -> report.restingIn(report.phase()));
  }

  private static FleetSnapshot each(
      FleetSnapshot fleet,
      ModelState state,
      java.util.function.UnaryOperator<InstanceReport> next) {
    FleetSnapshot all = fleet;
    for (Instance instance : state.instances().values()) {
      all =
          Imagined.told(
              all,
              instance.machine(),
              report -> report.id().equals(instance.id()) ? next.apply(report) : report);
    }
    return all;
  }

  private static InstanceReport report(ModelState state, Instance instance) {
    ModelSpec spec = state.recipe(instance.revision()).map(Recipes.Recipe::declared).orElseThrow();
    return new InstanceReport(
        instance.id(),
        instance.epoch(),
        1,
        Phase.READY,
        instance.origin(),
        spec.engine(),
        OptionalLong.empty(),
        OptionalInt.empty(),
        spec.slots().orElse(1),
        0,
        0,
        0,
        Optional.empty(),
        OptionalDouble.empty(),
        instance.claim(),
        Optional.empty(),
        instance.revision(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
