package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Schema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A {@link ModelState} in the making: what is not set stays as it was. */
final class ModelStateDraft {

  private final ModelName name;
  long sequence;
  Optional<Declaration> declaration;
  boolean removed;
  Optional<ModelState.Description> description;
  final Map<InstanceId, Instance> instances;
  ModelState.Failures failures;
  boolean evolving;
  Map<MachineId, ModelState.Registration> registrations;
  List<String> earlier;
  Optional<Schema> schema;
  PlacedNumbers placed;
  Recipes recipes;
  Optional<Rollout> rollout;
  OptionalInt target;
  Fit fit;
  Tenancy tenancy;
  OptionalLong previous;
  Optional<SwapEvent.Given> given;
  Optional<ModelState.Alias> alias;
  boolean closed;

  ModelStateDraft(ModelState from) {
    name = from.name();
    sequence = from.sequence();
    declaration = from.declaration();
    removed = from.removed();
    description = from.description();
    instances = new TreeMap<>(from.instances());
    failures = from.failures();
    evolving = from.evolving();
    registrations = from.registrations();
    earlier = from.earlier();
    schema = from.schema();
    placed = from.placed();
    recipes = from.recipes();
    rollout = from.rollout();
    target = from.target();
    fit = from.fit();
    tenancy = from.tenancy();
    previous = from.previous();
    given = from.given();
    alias = from.alias();
    closed = from.closed();
  }

  ModelState done() {
    return new ModelState(
        name,
        sequence,
        declaration,
        removed,
        description,
        instances,
        failures,
        evolving,
        registrations,
        earlier,
        schema,
        placed,
        recipes.only(superseded()),
        rollout,
        target,
        fit.only(used()),
        tenancy.only(staying()),
        previous,
        given,
        alias,
        closed);
  }

  /** Instances that are meant to stay: nobody has one that goes, or has gone. */
  private Set<InstanceId> staying() {
    return instances.values().stream()
        .filter(instance -> !instance.stopping())
        .map(Instance::id)
        .collect(Collectors.toSet());
  }

  /** Revisions that something rests on, but for the declared one, which the declaration has. */
  private Set<Long> used() {
    Set<Long> used =
        instances.values().stream().map(Instance::revision).collect(Collectors.toSet());
    rollout.ifPresent(
        on -> {
          used.add(on.from());
          used.add(on.to());
        });
    previous.ifPresent(used::add);
    declaration.ifPresent(now -> used.add(now.revision()));
    return used;
  }

  /** The same without the declared one, whose recipe is the declaration. */
  private Set<Long> superseded() {
    Set<Long> superseded = used();
    declaration.ifPresent(now -> superseded.remove(now.revision()));
    return superseded;
  }
}
