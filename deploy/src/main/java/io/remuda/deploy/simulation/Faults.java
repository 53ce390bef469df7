package io.remuda.deploy.simulation;

import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What breaks, one thing after the other and several at once, and is mended after a while. */
final class Faults {

  private final World world;
  private boolean done;

  Faults(World world) {
    this.world = world;
  }

  void start() {
    world
        .timeline()
        .after(
            world.timeline().between(100, 5_000),
            () -> {
              if (!done) {
                breakSomething();
                start();
              }
            });
  }

  /** Everything is mended, at once. */
  void heal() {
    done = true;
    world.story().tell("world", "everything is mended");
    world.network().calm();
    world.journal().away(false);
    world.cluster().settle();
    world.registries().stream().filter(node -> !node.isUp()).forEach(RegistryShell::start);
    world.machines().stream().filter(one -> !one.isUp()).forEach(SimulatedMachine::start);
    world.cluster().wakeAll();
  }

  private void breakSomething() {
    int what = world.timeline().random().nextInt(100);
    if (what < 25) {
      cut();
    } else if (what < 35) {
      isolate(world.machines().stream().filter(one -> world.timeline().chance(40)).toList());
    } else if (what < 55) {
      crashMachine();
    } else if (what < 70) {
      SimulatedMachine machine = anyMachine();
      machine
          .anEngine()
          .ifPresent(
              engine -> {
                world.story().tell(machine.name(), "engine of " + engine + " is killed");
                machine.kill(engine);
              });
    } else if (what < 80) {
      crashRegistry();
    } else if (what < 90 && !world.cluster().leases().isEmpty() && world.timeline().chance(40)) {
      List<LeaseId> leases = world.cluster().leases();
      world
          .cluster()
          .move(
              leases.get(world.timeline().random().nextInt(leases.size())),
              world.timeline().between(10, 12_000));
    } else if (what < 90) {
      List<ModelName> names = world.cluster().names();
      if (!names.isEmpty()) {
        world
            .cluster()
            .move(
                names.get(world.timeline().random().nextInt(names.size())),
                world.timeline().between(10, 12_000));
      }
    } else if (what < 95) {
      world.journal().away(true);
      after(1_000, 6_000, () -> world.journal().away(false));
    } else {
      String node = world.timeline().chance(50) ? anyMachine().name() : anyRegistry().name();
      world.story().tell(node, "pauses");
      world.network().pause(node, world.timeline().between(500, 8_000));
    }
  }

  private void cut() {
    List<String> nodes = new ArrayList<>();
    world.registries().forEach(node -> nodes.add(node.name()));
    world.gateways().forEach(node -> nodes.add(node.name()));
    String one = nodes.get(world.timeline().random().nextInt(nodes.size()));
    String other = anyMachine().name();
    boolean there = world.timeline().chance(70);
    boolean back = world.timeline().chance(70);
    world.story().tell(one, (there ? "-x> " : "") + (back ? "<x- " : "") + other);
    if (there) {
      cut(one, other);
    }
    if (back) {
      cut(other, one);
    }
    after(
        500,
        50_000,
        () -> {
          world.network().heal(one, other);
          world.network().heal(other, one);
        });
  }

  private void isolate(List<SimulatedMachine> machines) {
    Duration time = world.timeline().between(500, 60_000);
    for (SimulatedMachine machine : machines) {
      world.story().tell(machine.name(), "is cut off");
      for (RegistryShell node : world.registries()) {
        cut(node.name(), machine.name());
        cut(machine.name(), node.name());
        world
            .timeline()
            .after(
                time,
                () -> {
                  world.network().heal(node.name(), machine.name());
                  world.network().heal(machine.name(), node.name());
                });
      }
    }
  }

  private void cut(String from, String to) {
    world.network().cut(from, to);
  }

  private void crashMachine() {
    SimulatedMachine machine = anyMachine();
    if (machine.isUp()) {
      machine.crash(world.timeline().chance(30));
      after(
          300,
          world.timeline().chance(30) ? 60_000 : 8_000,
          () -> {
            if (!machine.isUp()) {
              machine.start();
            }
          });
    }
  }

  private void crashRegistry() {
    RegistryShell node = anyRegistry();
    if (node.isUp()) {
      node.crash();
      after(500, 8_000, world.cluster()::wakeAll);
      after(
          1_000,
          15_000,
          () -> {
            if (!node.isUp()) {
              node.start();
            }
          });
    }
  }

  /** Unless everything was mended meanwhile. */
  private void after(long leastMillis, long mostMillis, Runnable mend) {
    world
        .timeline()
        .after(
            world.timeline().between(leastMillis, mostMillis),
            () -> {
              if (!done) {
                mend.run();
              }
            });
  }

  private SimulatedMachine anyMachine() {
    List<SimulatedMachine> all = world.machines();
    return all.get(world.timeline().random().nextInt(all.size()));
  }

  private RegistryShell anyRegistry() {
    List<RegistryShell> all = world.registries();
    return all.get(world.timeline().random().nextInt(all.size()));
  }
}
