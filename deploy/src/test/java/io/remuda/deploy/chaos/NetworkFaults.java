package io.remuda.deploy.chaos;

import io.remuda.deploy.chaos.Watch.Look;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Faults of the network: how each is made, undone, and what must have been seen of it. */
final class NetworkFaults {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration CHANGES = Duration.ofSeconds(15);

  /** After it nothing new is sent to a machine that is not there. */
  private static final Duration UNNOTICED = Duration.ofSeconds(5);

  private static final Duration PLACED_ELSEWHERE = Duration.ofSeconds(30);
  private static final Duration SETTLING_LOOK = Duration.ofMillis(100);

  private NetworkFaults() {}

  static void machinePulled(Round round) {
    Node machine = Faults.machineWithEngines(round);
    MachineId id = new MachineId(round.stage().id(machine));
    int port = round.stage().front(machine).orElseThrow();
    String address = round.stage().network().address(machine.name());
    // Whoever sees no connections would see nothing sent over new ones either.
    Eventually.isTrue(
        "gateways are seen to be connected to the machine",
        PATIENCE,
        () ->
            round.stage().gateways().stream()
                .anyMatch(gateway -> Sockets.connections(gateway.pid(), address, port) > 0));
    round.breaks(id.value());
    round.stage().network().pull(machine.name());
    Duration lastSent = Duration.ZERO;
    long before = 0;
    Optional<Duration> placed = Optional.empty();
    while (placed.isEmpty() && round.sinceBegin().compareTo(PATIENCE) < 0) {
      long now = unsent(round, address, port);
      // It shrinks when a connection is given up.
      lastSent = now > before ? round.sinceBegin() : lastSent;
      before = now;
      placed = round.until(look -> servesWithout(look, id), SETTLING_LOOK);
    }
    round.goal("last sent there", lastSent, UNNOTICED);
    round.demand("its replica serves elsewhere", placed.isPresent(), placed.isPresent());
    round.goal(
        "its replica serves elsewhere after",
        placed.map(at -> at.minus(round.began())).orElse(PATIENCE),
        PLACED_ELSEWHERE);
    round.stage().network().plug(machine.name());
    round.heals();
  }

  private static boolean servesWithout(Look look, MachineId machine) {
    long elsewhere =
        look.ready().stream().filter(replica -> !replica.machine().equals(machine)).count();
    return look.sample().models().values().stream().allMatch(m -> elsewhere >= m.wished());
  }

  private static long unsent(Round round, String address, int port) {
    return round.stage().gateways().stream()
        .mapToLong(gateway -> Sockets.unsent(gateway.pid(), address, port))
        .sum();
  }

  static void registryParted(Round round) {
    List<Node> minority = minority(round);
    List<String> one = minority.stream().map(Node::name).toList();
    List<String> other =
        round.stage().all().stream().map(Node::name).filter(name -> !one.contains(name)).toList();
    Map<String, List<Long>> before = new TreeMap<>();
    minority.forEach(node -> before.put(node.name(), node.processes()));
    round.breaks();
    round.stage().network().part(one, other);
    round.goal("changes accepted by the majority", round.untilChangesAreAccepted(), CHANGES);
    round.lasts(Duration.ofSeconds(15));
    round.stage().network().join(one, other);
    round.heals();
    Predicate<Node> anew = node -> !node.processes().equals(before.get(node.name()));
    round.until(look -> look.settled() && minority.stream().allMatch(anew), PATIENCE);
    // Whoever is cut off must not go on deciding: it ends, and its launcher starts it again.
    boolean ended = minority.stream().allMatch(anew);
    round.demand("the minority has ended and was started again", ended, before);
  }

  /** One of three, two of five. */
  private static List<Node> minority(Round round) {
    List<Node> all = new ArrayList<>(round.stage().registries());
    Collections.shuffle(all, new Random(round.random().nextLong()));
    return List.copyOf(all.subList(0, (all.size() - 1) / 2));
  }

  static void registryLinkBroken(Round round) {
    List<Node> two = new ArrayList<>(round.stage().registries());
    Collections.shuffle(two, new Random(round.random().nextLong()));
    String a = two.get(0).name();
    String b = two.get(1).name();
    boolean oneWay = round.random().nextBoolean();
    Network network = round.stage().network();
    round.breaks();
    network.cut(a, b);
    if (!oneWay) {
      network.cut(b, a);
    }
    // Until then it is noticed, and who has to go has gone.
    round.lasts(Duration.ofSeconds(15));
    round.goal(
        "changes accepted over the broken link",
        round.untilChangesAreAccepted(),
        CHANGES.multipliedBy(2));
    network.mend(a, b);
    if (!oneWay) {
      network.mend(b, a);
    }
    round.heals();
  }

  static void machinesSilent(Round round) {
    List<Node> others = new ArrayList<>(round.stage().machines());
    int count = (others.size() * 6 + 5) / 10;
    // Replicas may all have come to live on those that are cut off: then nobody could answer.
    others.remove(Faults.machineWithEngines(round));
    Collections.shuffle(others, new Random(round.random().nextLong()));
    List<Node> silent = others.subList(0, count);
    Map<InstanceId, Long> before = Faults.pids(round.look());
    List<Long> processes = Faults.processes(round);
    round.breaks(silent.stream().map(round.stage()::id).toArray(String[]::new));
    silent.forEach(machine -> round.stage().network().pull(machine.name()));
    round.lasts(Duration.ofSeconds(20));
    silent.forEach(machine -> round.stage().network().plug(machine.name()));
    round.heals();
    round.until(Look::settled, PATIENCE);
    Faults.demandNothingMoved(round, before);
    round.demand("no node has ended", Faults.processes(round).equals(processes), processes);
  }
}
