package io.remuda.registry.machine;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.MachineProtocol.Foreseen;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.Surroundings;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asks the owner of each name that runs on a machine what would come of it if the machine were
 * left: one after the other in the order of the names, each with what those before would have
 * taken.
 */
final class Foreseeing {

  private final ActorSystem<?> system;
  private final Surroundings around;

  Foreseeing(ActorSystem<?> system, Surroundings around) {
    this.system = system;
    this.around = around;
  }

  /** All names' forecasts, or the first refusal; within a limit, and never failed. */
  CompletionStage<Foreseen> of(Departure departure) {
    Instant until = around.clock().instant().plus(around.settings().whatIfTimeout());
    return next(departure, names(departure), List.of(), List.of(), until)
        .exceptionally(failure -> new Foreseen(List.of(), Optional.of(late(departure))));
  }

  private CompletionStage<Foreseen> next(
      Departure departure,
      List<ModelName> left,
      List<Forecast> done,
      List<Forecast.Shift> shifts,
      Instant until) {
    if (left.isEmpty()) {
      return CompletableFuture.completedStage(
          new Foreseen(Forecast.withinOneMessage(done), Optional.empty()));
    }
    Duration limit = Duration.between(around.clock().instant(), until);
    if (limit.isNegative() || limit.isZero()) {
      return CompletableFuture.completedStage(
          new Foreseen(List.of(), Optional.of(late(departure))));
    }
    ModelName name = left.get(0);
    return ClusterSharding.get(system)
        .entityRefFor(RegistryProtocol.TYPE_KEY, name.value())
        .<RegistryProtocol.Foreseen>ask(
            replyTo -> new RegistryProtocol.ForeseeDeparture(name, departure, shifts, replyTo),
            limit)
        .thenCompose(
            said ->
                said.refused().isPresent()
                    ? CompletableFuture.completedStage(new Foreseen(List.of(), said.refused()))
                    : next(
                        departure,
                        left.subList(1, left.size()),
                        and(done, said.forecast().stream().toList()),
                        and(shifts, said.shifts()),
                        until));
  }

  /** The names of which something runs there, or uses the GPU. */
  private List<ModelName> names(Departure departure) {
    return around.fleet().snapshot().machine(departure.machine()).map(Machine::report).stream()
        .flatMap(report -> report.instances().stream())
        .filter(instance -> instance.phase() != Phase.ENDED)
        .filter(instance -> uses(instance, departure.gpu()))
        .map(instance -> instance.id().model())
        .distinct()
        .sorted()
        .toList();
  }

  private static boolean uses(InstanceReport instance, Optional<String> gpu) {
    return gpu.map(instance.gpus()::contains).orElse(true);
  }

  private static <T> List<T> and(List<T> some, List<T> others) {
    List<T> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  private Refused late(Departure departure) {
    return Refused.of(
        ErrorCode.REGISTRY_UNAVAILABLE,
        ("the owners of what runs on machine %s did not say within %d s what would come of it, so"
                + " nothing was changed; try again, or drain it with --force (force=true)")
            .formatted(departure.machine(), around.settings().whatIfTimeout().toSeconds()));
  }
}
