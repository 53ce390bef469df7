package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.Imagined;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** Imagined machines that do at once what they are told, for {@link WhatIf}. */
final class PromptMachines {

  private PromptMachines() {}

  /** What they were told in the real fleet, and have not done, they are told again at once. */
  static Sight asked(Sight sight) {
    SoftState soft = sight.soft();
    for (InstanceId id : sight.state().instances().keySet()) {
      soft = soft.sent(id, Instant.EPOCH);
    }
    return sight.with(sight.state(), soft);
  }

  /** {@code action} has been carried out. */
  static FleetSnapshot done(FleetSnapshot fleet, ModelState state, Action action) {
    if (action instanceof Action.Start start) {
      return Imagined.started(fleet, start.instance().machine(), report(state, start.instance()));
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
    // instance gives way: they are asked.
    return fleet;
  }

  /** What has begun to start has started. */
  static FleetSnapshot ready(FleetSnapshot fleet, ModelState state) {
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
  static FleetSnapshot calmed(FleetSnapshot fleet, ModelState state) {
    return each(fleet, state, report -> report.restingIn(report.phase()));
  }

  private static FleetSnapshot each(
      FleetSnapshot fleet, ModelState state, UnaryOperator<InstanceReport> next) {
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
