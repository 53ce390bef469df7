package io.remuda.deploy.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.InstanceStopped;
import io.remuda.deploy.check.Observation.MachineSample;
import io.remuda.deploy.check.Observation.MachineSize;
import io.remuda.deploy.check.Observation.ModelSample;
import io.remuda.deploy.check.Observation.Sample;
import io.remuda.deploy.check.Observation.Size;
import io.remuda.deploy.check.Settling;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Looks at the fleet again and again: what the model should be and is, what each machine has, which
 * keepers of engines run. While no registry answers it sees nothing.
 */
final class Watch implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofMillis(400);
  private static final Duration LAST_LOOK = Duration.ofSeconds(40);
  private static final ModelName MODEL = new ModelName(Stage.MODEL);
  private static final ModelName LEASED = new ModelName(Stage.LEASED);
  private static final Resources CLAIM = new Resources(0, Stage.MEMORY_MIB, Stage.CPUS, 0);

  /** One replica, as the registry tells of it. */
  record Replica(
      InstanceId id, MachineId machine, String phase, long pid, int inFlight, int slots) {
    boolean ready() {
      return phase.equals("READY");
    }
  }

  /**
   * What one look saw.
   *
   * @param replicas of the model that clients ask, not of the one that is leased
   * @param reached whether all machines are
   * @param kept whose keepers ran on which machine, also on those out of reach
   * @param together whether all registry nodes are in one cluster
   */
  record Look(
      Duration at,
      Sample sample,
      List<Replica> replicas,
      boolean reached,
      Keepers kept,
      Asked together) {
    Look {
      replicas = List.copyOf(replicas);
    }

    List<Replica> ready() {
      return replicas.stream().filter(Replica::ready).toList();
    }

    /** Whether what runs on all machines is what is wished, and nothing beside it. */
    boolean asWished() {
      ModelSample model = sample.models().get(MODEL);
      return reached
          && model != null
          && model.ready() == model.wished()
          && replicas.size() == model.wished()
          && Settling.wrong(sample).isEmpty();
    }

    /** Whether all is as wished and all nodes are there. */
    boolean settled() {
      return asWished() && together.yes();
    }

    /** When all was known of it that was asked: what is asked by need may be asked much later. */
    Duration known() {
      return together.answered().orElse(at);
    }
  }

  private final Stage stage;
  private final Recorder recorder;
  private final Map<InstanceId, InstanceStarted> known = new HashMap<>();
  private final Set<InstanceId> again = new HashSet<>();
  private final Thread thread;
  private volatile Optional<Look> last = Optional.empty();
  private volatile Duration healed = Duration.ZERO;
  private volatile Optional<Look> wished = Optional.empty();
  private volatile boolean ending;

  Watch(Stage stage, Recorder recorder) {
    this.stage = stage;
    this.recorder = recorder;
    this.thread = new Thread(this::run, "watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!ending) {
      look()
          .ifPresent(
              look -> {
                note(look);
                last = Optional.of(look);
                if (wishedAfter().isEmpty() && look.asWished()) {
                  wished = Optional.of(look);
                }
              });
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** What was seen last. */
  Look last() {
    return last.orElseThrow(() -> new IllegalStateException("nothing was seen yet"));
  }

  Optional<Look> lastIfAny() {
    return last;
  }

  /** Waits for a look, made after this moment, that is as it should be; empty when none was. */
  Optional<Look> until(Predicate<Look> wished, Duration limit) {
    Duration from = recorder.now();
    try {
      return Optional.of(
          Eventually.find(
              "the fleet is as it should be",
              limit,
              () -> last.filter(look -> look.at().compareTo(from) > 0).filter(wished)));
    } catch (AssertionError late) {
      return Optional.empty();
    }
  }

  /** A fault has healed: from now on it is of interest when all is as wished again. */
  void heals(Duration at) {
    healed = at;
  }

  /** How long after the last fault healed a look first saw all as wished; empty when none did. */
  Optional<Duration> wishedAfter() {
    Duration from = healed;
    return wished.map(Look::at).filter(at -> at.compareTo(from) >= 0).map(at -> at.minus(from));
  }

  private Optional<Look> look() {
    // What it sees may be as old as this.
    Duration at = recorder.now();
    Optional<JsonNode> model = stage.door().get("/v1/deployments/" + Stage.MODEL);
    Optional<JsonNode> leased = stage.door().get("/v1/deployments/" + Stage.LEASED);
    Optional<JsonNode> machines = stage.door().get("/v1/machines");
    if (model.isEmpty() || leased.isEmpty() || machines.isEmpty()) {
      return Optional.empty();
    }
    List<Replica> replicas = replicas(model.get());
    Keepers kept = Keepers.now();
    Map<MachineId, MachineSample> there = new TreeMap<>();
    int reachable = 0;
    for (JsonNode each : machines.get().path("data")) {
      if (each.path("reachable").asBoolean()) {
        reachable++;
        MachineId id = new MachineId(each.path("id").asText());
        List<InstanceId> instances = new ArrayList<>();
        each.path("instances").forEach(one -> instances.add(InstanceId.of(one.asText())));
        there.put(id, new MachineSample(instances, kept.on(stage.machine(id.value()))));
        recorder.add(
            new MachineSize(
                at,
                id,
                each.path("memoryTotalMiB").asLong(),
                each.path("cpusTotal").asDouble(),
                Map.of()));
      }
    }
    Map<ModelName, ModelSample> models =
        Map.of(
            MODEL,
            sample(model.get(), replicas),
            LEASED,
            LeasedSample.of(
                sample(leased.get(), replicas(leased.get())), at, recorder.leaseSeen()));
    return Optional.of(
        new Look(
            at,
            new Sample(at, models, there),
            replicas,
            reachable == stage.machines().size(),
            kept,
            new Asked(stage::registriesHaveJoined, recorder::now)));
  }

  private static List<Replica> replicas(JsonNode deployment) {
    List<Replica> replicas = new ArrayList<>();
    for (JsonNode each : deployment.path("instances")) {
      if (!each.path("phase").asText().equals("ENDED")) {
        replicas.add(
            new Replica(
                InstanceId.of(each.path("instance").asText()),
                new MachineId(each.path("machine").asText()),
                each.path("phase").asText(),
                each.path("pid").asLong(),
                each.path("inFlight").asInt(),
                each.path("slots").asInt()));
      }
    }
    return replicas;
  }

  private static ModelSample sample(JsonNode deployment, List<Replica> replicas) {
    Map<InstanceId, MachineId> assigned = new TreeMap<>();
    replicas.forEach(replica -> assigned.put(replica.id(), replica.machine()));
    Optional<String> pending =
        Optional.of(deployment.path("reason").asText(""))
            .filter(reason -> deployment.path("phase").asText().equals("PENDING"));
    return new ModelSample(
        deployment.path("replicas").asInt(), assigned, deployment.path("ready").asInt(), pending);
  }

  /** What each replica works on at once, and the memory of each node's processes. */
  private void sizes(Look look) {
    for (Replica replica : look.ready()) {
      recorder.add(
          new Size(
              look.at(),
              replica.id().toString(),
              "requests at once",
              replica.inFlight(),
              replica.slots()));
    }
    for (Node node : stage.all()) {
      node.residentMiB()
          .ifPresent(
              mib ->
                  recorder.add(
                      new Size(look.at(), node.name(), "MiB in memory", mib, Stage.NODE_MIB)));
    }
  }

  /** Instances that came or went since the last look. */
  private void note(Look look) {
    recorder.add(look.sample());
    sizes(look);
    for (Replica replica : look.replicas()) {
      if (!known.containsKey(replica.id())) {
        InstanceStarted started = started(look.at(), replica.machine(), replica.id());
        known.put(replica.id(), started);
        recorder.add(started);
      }
    }
    twice(look);
    List<InstanceId> ids = look.replicas().stream().map(Replica::id).toList();
    known
        .values()
        .removeIf(
            started -> {
              boolean gone = !ids.contains(started.instance());
              if (gone) {
                recorder.add(new InstanceStopped(look.at(), started.machine(), started.instance()));
              }
              return gone;
            });
  }

  /** An instance that runs elsewhere than where it was started, on a machine out of reach too. */
  private void twice(Look look) {
    for (Node node : stage.machines()) {
      MachineId machine = new MachineId(stage.id(node));
      for (InstanceId id : look.kept().on(node)) {
        InstanceStarted first = known.get(id);
        if (first != null && !first.machine().equals(machine) && again.add(id)) {
          recorder.add(started(look.at(), machine, id));
        }
      }
    }
  }

  private static InstanceStarted started(Duration at, MachineId machine, InstanceId id) {
    return new InstanceStarted(at, machine, id, id.number(), CLAIM, Map.of(), false);
  }

  @Override
  public void close() {
    ending = true;
    try {
      thread.join(LAST_LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
