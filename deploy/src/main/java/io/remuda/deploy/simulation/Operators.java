package io.remuda.deploy.simulation;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.model.ModelDecider;
import io.remuda.registry.model.RolloutDecider;
import java.util.List;

/** People who change their minds, and machines that have models by themselves. */
final class Operators {

  private static final String NAME = "operator";

  private final World world;
  private boolean done;

  Operators(World world) {
    this.world = world;
  }

  void start() {
    world
        .timeline()
        .after(
            world.timeline().between(100, 4_000),
            () -> {
              if (!done) {
                act();
                start();
              }
            });
  }

  void end() {
    done = true;
  }

  /** Machines with a model of their own say so again and again. */
  void selfRegistrations() {
    List<SimulatedMachine> machines = world.machines();
    for (int i = 0; i < machines.size(); i++) {
      if (world.timeline().chance(20)) {
        registers(machines.get(i), world.models().own(i % 2));
      }
    }
  }

  private void registers(SimulatedMachine machine, ModelSpec spec) {
    world
        .timeline()
        .after(
            world.settings().registerInterval(),
            () -> {
              if (machine.isUp()) {
                RegistryShell node = any();
                world
                    .network()
                    .send(
                        machine.name(),
                        node.name(),
                        "register",
                        () ->
                            world
                                .cluster()
                                .model(node.name(), spec.name())
                                .register(spec, machine.id()));
              }
              registers(machine, spec);
            });
  }

  private void act() {
    ModelName name = world.models().any();
    int what = world.timeline().random().nextInt(100);
    RegistryShell node = any();
    if (what < 40) {
      ModelSpec spec = world.models().spec(name);
      boolean current = world.timeline().chance(60);
      boolean evolve = world.timeline().chance(30);
      tell(node, "deploy " + name, owner -> owner.deploy(spec, current, evolve), name);
    } else if (what < 60) {
      int replicas = world.timeline().random().nextInt(Models.MOST_REPLICAS + 1);
      tell(
          node,
          "scale " + name + " " + replicas,
          owner ->
              owner.command(
                  state -> ModelDecider.scale(state, replicas, world.timeline().instant())),
          name);
    } else if (what < 70) {
      tell(
          node,
          "rm " + name,
          owner -> owner.command(state -> ModelDecider.remove(state, world.timeline().instant())),
          name);
    } else if (what < 73) {
      world.models().change(name);
    } else if (what < 74) {
      canary(node, name);
    } else if (what < 75) {
      tell(
          node,
          "roll back " + name,
          owner ->
              owner.command(state -> RolloutDecider.rollBack(state, world.timeline().instant())),
          name);
    } else if (what < 80) {
      node.confirmLoss();
    } else {
      machine(node, what);
    }
  }

  /** The wishes that a canary waits for; without one they are refused. */
  private void canary(RegistryShell node, ModelName name) {
    if (world.timeline().chance(50)) {
      tell(
          node,
          "promote " + name,
          owner ->
              owner.command(state -> RolloutDecider.promote(state, world.timeline().instant())),
          name);
      return;
    }
    int percent = world.timeline().random().nextInt(101);
    tell(
        node,
        "canary " + name + " " + percent,
        owner ->
            owner.command(
                state -> RolloutDecider.weigh(state, percent, world.timeline().instant())),
        name);
  }

  private void machine(RegistryShell node, int what) {
    List<SimulatedMachine> all = world.machines();
    MachineId id = all.get(world.timeline().random().nextInt(all.size())).id();
    MachineOwner.Wish wish =
        what < 84
            ? MachineOwner.Wish.DRAIN
            : what < 88 ? MachineOwner.Wish.CORDON : MachineOwner.Wish.UNCORDON;
    world.story().tell(NAME, wish + " " + id);
    world
        .network()
        .send(
            NAME,
            node.name(),
            "wish",
            () -> world.cluster().machine(node.name(), id).command(wish));
  }

  private void tell(
      RegistryShell node,
      String what,
      java.util.function.Consumer<ModelOwner> act,
      ModelName name) {
    world.story().tell(NAME, what);
    world
        .network()
        .send(NAME, node.name(), what, () -> act.accept(world.cluster().model(node.name(), name)));
  }

  private RegistryShell any() {
    List<RegistryShell> all = world.registries();
    return all.get(world.timeline().random().nextInt(all.size()));
  }
}
