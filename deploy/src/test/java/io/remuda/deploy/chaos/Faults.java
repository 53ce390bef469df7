package io.remuda.deploy.chaos;

import io.remuda.deploy.chaos.Watch.Look;
import io.remuda.deploy.chaos.Watch.Replica;
import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.Request;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Faults of processes: how each is made, undone, and what must have been seen of it. */
final class Faults {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration CHANGES = Duration.ofSeconds(15);

  /** Three JVMs start at once on one computer and form a cluster: more than one that has gone. */
  static final Duration ALL_BACK = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofMillis(2_500);
  private static final Duration CALM = Duration.ofSeconds(2);

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
      case REGISTRIES_AWAY -> registriesAway(round);
      case MACHINE_LEAVES -> machineLeaves(round);
      case NODE_PAUSED -> nodePaused(round);
      case REGISTRY_STALLED -> registryStalled(round);
      case MACHINES_PAUSE_IN_TURN -> machinesPauseInTurn(round);
      case POSTGRES_STOPPED -> postgresStopped(round);
      case JOURNAL_REPLACED -> JournalFaults.replaced(round);
      case MACHINE_PULLED -> NetworkFaults.machinePulled(round);
      case REGISTRY_PARTED -> NetworkFaults.registryParted(round);
      case REGISTRY_LINK_BROKEN -> NetworkFaults.registryLinkBroken(round);
      case MACHINES_SILENT -> NetworkFaults.machinesSilent(round);
    }
  }

  private static void engineKilled(Round round) {
    Replica victim = round.any(round.look().ready());
    round.breaks(victim.id().toString());
    ProcessHandle.of(victim.pid()).ifPresent(ProcessHandle::destroyForcibly);
    round.heals();
    round.until(look -> look.settled() && !pids(look).containsValue(victim.pid()), PATIENCE);
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

  private static void registriesAway(Round round) {
    Map<InstanceId, Long> before = pids(round.look());
    List<Node> registries = round.stage().registries();
    round.breaks();
    registries.forEach(Node::kill);
    round.lasts(round.of(Duration.ofSeconds(20), Duration.ofMinutes(10)));
    registries.forEach(Node::start);
    registries.forEach(Node::awaitUp);
    round.heals();
    round.goal("changes accepted after the return", acceptedAfterHealing(round), ALL_BACK);
    round.until(Look::settled, PATIENCE);
    round.demand("the same engines", pids(round.look()).equals(before), pids(round.look()));
  }

  private static void machineLeaves(Round round) {
    Node machine = machineWithEngines(round);
    String id = round.stage().id(machine);
    Map<InstanceId, Long> its = pids(round.look(), id);
    round.breaks();
    machine.leave();
    machine.awaitEnd();
    // Whoever adopts the dead has to have looked.
    Round.pass(RESTART);
    boolean gone =
        its.values().stream()
            .noneMatch(pid -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    round.demand("its engines have ended with it", gone, its);
    Duration last =
        round.recorder().since(Request.class).stream()
            .filter(request -> request.servedBy().filter(its::containsKey).isPresent())
            .map(request -> request.begin().minus(round.began()))
            .filter(after -> !after.isNegative())
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    round.goal("last new request there", last, Duration.ofMillis(500));
    machine.start();
    machine.awaitUp();
    round.heals();
  }

  /** One of each role, one after the other. */
  private static void nodePaused(Round round) {
    Map<InstanceId, Long> before = pids(round.look());
    List<Long> processes = processes(round);
    round.breaks();
    for (Node node :
        List.of(
            machineWithEngines(round),
            round.any(round.stage().gateways()),
            round.any(round.stage().registries()))) {
      node.pause();
      Round.pass(PAUSE);
      node.goOn();
      Round.pass(CALM);
    }
    round.heals();
    round.until(Look::settled, PATIENCE);
    demandNothingMoved(round, before);
    round.demand("no node has ended", processes(round).equals(processes), processes);
  }

  /**
   * The others vote it out meanwhile. When it goes on it must not act on what it knew before: it
   * ends, and its launcher starts it again.
   */
  private static void registryStalled(Round round) {
    Map<InstanceId, Long> before = pids(round.look());
    Node registry = round.any(round.stage().registries());
    List<Long> stalled = registry.processes();
    List<Node> others =
        round.stage().all().stream().filter(node -> !node.equals(registry)).toList();
    List<Long> processes = processes(others);
    round.breaks();
    registry.pause();
    round.goal("changes accepted by the others", round.untilChangesAreAccepted(), CHANGES);
    round.lasts(Duration.ofSeconds(20));
    registry.goOn();
    round.heals();
    round.until(look -> look.settled() && !registry.processes().equals(stalled), PATIENCE);
    round.demand("it was started again", !registry.processes().equals(stalled), stalled);
    demandNothingMoved(round, before);
    round.demand("no other node has ended", processes(others).equals(processes), processes);
  }

  /** Not for a moment either: what was started elsewhere and ended again was seen, too. */
  static void demandNothingMoved(Round round, Map<InstanceId, Long> before) {
    Map<InstanceId, Long> after = pids(round.look());
    round.demand("nothing moved or restarted", after.equals(before), after);
    List<InstanceStarted> started = round.recorder().since(InstanceStarted.class);
    round.demand("nothing was started meanwhile", started.isEmpty(), started);
  }

  static List<Long> processes(Round round) {
    return processes(round.stage().all());
  }

  private static List<Long> processes(List<Node> nodes) {
    return nodes.stream().flatMap(node -> node.processes().stream()).toList();
  }

  private static void machinesPauseInTurn(Round round) {
    Map<InstanceId, Long> before = pids(round.look());
    List<Node> pair = round.stage().machines().subList(0, 2);
    Duration length = round.of(Duration.ofSeconds(20), Duration.ofSeconds(60));
    round.breaks();
    for (int i = 0; round.sinceBegin().compareTo(length) < 0; i++) {
      Node machine = pair.get(i % 2);
      machine.pause();
      Round.pass(Duration.ofMillis(2_500 + round.random().nextInt(1_000)));
      machine.goOn();
      Round.pass(Duration.ofMillis(200));
    }
    round.heals();
    round.until(Look::settled, PATIENCE);
    demandNothingMoved(round, before);
    boolean alive = round.stage().all().stream().allMatch(Node::isAlive);
    round.demand("no node has ended", alive, alive);
  }

  private static void postgresStopped(Round round) {
    Map<InstanceId, Long> before = pids(round.look());
    round.breaks();
    round.stage().postgres().stop();
    boolean refused = !round.change();
    round.demand("changes are refused meanwhile", refused, refused);
    round.lasts(Duration.ofSeconds(20));
    round.stage().postgres().restart();
    round.heals();
    round.goal("changes accepted after the return", acceptedAfterHealing(round), CHANGES);
    round.until(Look::settled, PATIENCE);
    round.demand("the same engines", pids(round.look()).equals(before), pids(round.look()));
  }

  static Optional<Duration> acceptedAfterHealing(Round round) {
    Duration broken = round.healed().minus(round.began());
    return round.untilChangesAreAccepted().map(after -> after.minus(broken));
  }

  /** One of the machines that run a replica. */
  static Node machineWithEngines(Round round) {
    List<String> ids =
        round.look().ready().stream()
            .map(replica -> replica.machine().value())
            .distinct()
            .sorted()
            .toList();
    return round.stage().machine(round.any(ids));
  }

  static Map<InstanceId, Long> pids(Look look) {
    return pids(look.ready());
  }

  private static Map<InstanceId, Long> pids(Look look, String machine) {
    MachineId id = new MachineId(machine);
    return pids(look.ready().stream().filter(replica -> replica.machine().equals(id)).toList());
  }

  private static Map<InstanceId, Long> pids(List<Replica> replicas) {
    return new TreeMap<>(replicas.stream().collect(Collectors.toMap(Replica::id, Replica::pid)));
  }
}
