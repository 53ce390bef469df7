package io.remuda.registry.model;

import java.util.List;
import java.util.function.Consumer;

/**
 * Brings what is towards what is wanted.
 *
 * <p>Level-triggered: looks at the whole of state and fleet each time and never at what changed, so
 * that a message lost is made good by the next look. Idempotent: on an unchanged world, once the
 * events it returned are applied and its commands remembered, it returns nothing. What it wants
 * remembered comes as events, what it wants done comes as actions; an action never runs ahead of
 * the event that it rests on.
 */
public final class Reconciler {

  /** In this order: a later step sees what the earlier ones decided. */
  private static final List<Consumer<Round>> STEPS =
      List.of(
          Follow::all,
          Strangers::stop,
          Strangers::takeOffTheSilent,
          TenancyDecider::grant,
          LingerDecider::step,
          ScaleDecider::follow,
          Replace::giveUpInVain,
          Resize::towardsTheWish,
          MakeRoom::step,
          NoPlaceDecider::step,
          HopelessPolicy::step);

  private Reconciler() {}

  /** What is to be done about the world that {@code sight} shows: always the same. */
  public static Plan reconcile(Sight sight) {
    Round round = new Round(sight);
    STEPS.forEach(step -> step.accept(round));
    return round.plan();
  }
}
