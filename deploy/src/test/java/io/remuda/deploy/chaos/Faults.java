package io.remuda.deploy.chaos;

import io.remuda.deploy.chaos.Watch.Look;
import io.remuda.deploy.chaos.Watch.Replica;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Faults of processes: how each is made, undone, and what must have been seen of it. */
final class Faults {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration CHANGES = Duration.ofSeconds(15);

  /** As service managers restart what has ended. */
  private static final Duration RESTART = Duration.ofSeconds(1);

  /** A node that came back sooner must find its engines; later they rightly are elsewhere. */
  private static final Duration ADOPTED = Duration.ofSeconds(20);

  private Faults() {}

  static void run(Round round) {
    switch (round.kind()) {
      case ENGINE_KILLED -> engineKilled(round);
      case MACHINE_KILLED -> machineKilled(round);
      case GATEWAY_KILLED -> gatewayKilled(round);
      case REGISTRY_KILLED -> registryKilled(round);
    }
  }

  private static void engineKilled(Round round) {
    Replica victim = round.any(round.look().ready());
    round.breaks(victim.id().toString());
    ProcessHandle.of(victim.pid()).ifPresent(ProcessHandle::destroyForcibly);
    round.heals();
    round.until(
        look -> look.settled() && !pids(look.ready()).containsValue(victim.pid()), PATIENCE);
  }

  private static void machineKilled(Round round) {
    Node machine = machineWithEngines(round);
    Map<InstanceId, Long> before = pids(round.look(), round.stage().id(machine));
    round.breaks(round.stage().id(machine));
    machine.kill();
    boolean live =
        before.values().stream()
            .allMatch(pid -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    round.demand("engines live on", live, live);
    round.lasts(RESTART);
    machine.start();
    machine.awaitUp();
    round.heals();
    boolean soon = round.sinceBegin().compareTo(ADOPTED) < 0;
    round.until(Look::settled, PATIENCE);
    Map<InstanceId, Long> after = pids(round.look(), round.stage().id(machine));
    round.demand("its engines were adopted", !soon || after.equals(before), after);
  }

  private static void gatewayKilled(Round round) {
    Node gateway = round.any(round.stage().gateways());
    round.breaks(gateway.name());
    gateway.kill();
    round.lasts(RESTART.multipliedBy(3));
    gateway.start();
    gateway.awaitUp();
    round.heals();
  }

  private static void registryKilled(Round round) {
    Node registry = round.any(round.stage().registries());
    round.breaks(registry.name());
    registry.kill();
    round.goal("changes accepted again", round.untilChangesAreAccepted(), CHANGES);
    registry.start();
    registry.awaitUp();
    round.heals();
  }

  /** One of the machines that run a replica. */
  private static Node machineWithEngines(Round round) {
    List<String> ids =
        round.look().ready().stream()
            .map(replica -> replica.machine().value())
            .distinct()
            .sorted()
            .toList();
    return round.stage().machine(round.any(ids));
  }

  private static Map<InstanceId, Long> pids(Look look, String machine) {
    MachineId id = new MachineId(machine);
    return pids(look.ready().stream().filter(replica -> replica.machine().equals(id)).toList());
  }

  private static Map<InstanceId, Long> pids(List<Replica> replicas) {
    return new TreeMap<>(replicas.stream().collect(Collectors.toMap(Replica::id, Replica::pid)));
  }
}
