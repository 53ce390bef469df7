package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Invariant;
import io.remuda.deploy.check.Leases;
import io.remuda.deploy.check.Limits;
import io.remuda.deploy.check.MoveSeen.LoadSteady;
import io.remuda.deploy.check.Observation.Sample;
import io.remuda.deploy.check.Settling;
import io.remuda.deploy.check.Violation;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One fleet's life under one seed: some time with faults and operators, then a time in which
 * everything works and has to come to rest. Runs of one seed are the same to the last event.
 */
public final class Simulation {

  /** Of all steps, those with faults. */
  private static final double FAULTY_SHARE = 0.6;

  private static final int SWEEP_EVERY = 500;
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** Gossip and clients go on for so long after everything is as wished. */
  private static final Duration ROUTES_SETTLE = Duration.ofSeconds(10);

  /**
   * What came of one seed.
   *
   * @param steps that it went, to the end or to the first violation
   * @param hash of its whole story
   * @param violations of the last step; empty when it went well
   * @param story its last events, one a line
   */
  public record Outcome(
      long seed,
      int steps,
      Duration virtual,
      long hash,
      List<Violation> violations,
      List<String> story) {
    public Outcome {
      violations = List.copyOf(violations);
      story = List.copyOf(story);
    }

    public boolean isWell() {
      return violations.isEmpty();
    }
  }

  private final World world;
  private final Operators operators;
  private final Faults faults;
  private Duration calmSince = Duration.ZERO;
  private boolean calm;
  private boolean rested;

  private Simulation(SimulationSettings settings, long seed, Plant plant) {
    this.world = new World(settings, seed, plant);
    this.operators = new Operators(world);
    this.faults = new Faults(world);
  }

  static Outcome run(SimulationSettings settings, long seed, int steps, Plant plant) {
    return new Simulation(settings, seed, plant).run(seed, steps);
  }

  private Outcome run(long seed, int steps) {
    world.start();
    operators.selfRegistrations();
    operators.start();
    faults.start();
    int step = 0;
    while (!world.story().isWrong() && !isOver(step, steps)) {
      step++;
      if (!calm && step > steps * FAULTY_SHARE) {
        calm();
      }
      world.timeline().step();
      if (step % SWEEP_EVERY == 0) {
        world.story().see(world.truth().deployments());
      }
    }
    if (!world.story().isWrong()) {
      lastLook();
    }
    return new Outcome(
        seed,
        step,
        world.now(),
        world.story().hash(),
        world.story().violations(),
        world.story().lines());
  }

  private boolean isOver(int step, int steps) {
    return step >= steps && calm && quiet().compareTo(limit().plus(ROUTES_SETTLE)) > 0;
  }

  private void calm() {
    calm = true;
    calmSince = world.now();
    operators.end();
    world.holders().forEach(Holder::end);
    faults.heal();
    world.story().see(new LoadSteady(world.now()));
    look();
  }

  private Duration quiet() {
    return world.now().minus(calmSince);
  }

  private static Duration limit() {
    return Limits.PROMISED.settle();
  }

  /**
   * Somebody looks each second whether all is as wished, until it was once, or the time is over.
   */
  private void look() {
    world
        .timeline()
        .after(
            LOOK_EVERY,
            () -> {
              Sample sample = world.truth().sample();
              List<Violation> wrong = wrong(sample);
              if (wrong.isEmpty() && !rested) {
                rested = true;
                world.story().tell("world", "is at rest after " + quiet().toSeconds() + " s");
              }
              if (!rested && quiet().compareTo(limit()) >= 0) {
                wrong.forEach(world.story()::wrong);
              }
              look();
            });
  }

  private List<Violation> wrong(Sample sample) {
    List<Violation> wrong = new ArrayList<>(Settling.wrong(sample));
    wrong.addAll(Leases.unsettled(world.leases().sample(), Limits.PROMISED));
    return wrong;
  }

  /** It stays as wished, nothing accepted is lost, and gateways know what is ready. */
  private void lastLook() {
    world.story().see(world.truth().deployments());
    wrong(world.truth().sample()).forEach(world.story()::wrong);
    for (GatewayShell gateway : world.gateways()) {
      for (ModelName name : world.truth().names()) {
        Set<InstanceId> routed = new TreeSet<>();
        gateway.routes().snapshot().find(name.value()).ifPresent(entry -> add(entry, routed));
        Set<InstanceId> ready = new TreeSet<>(world.truth().open(name));
        boolean moves =
            world.truth().isMoving(name)
                || world.leases().isMoving(name)
                || world.moves().isMoving(name);
        if (!routed.equals(ready) && !moves) {
          world
              .story()
              .wrong(
                  new Violation(
                      Invariant.CONVERGES,
                      "%s sends requests for %s to %s, and ready are %s"
                          .formatted(gateway.name(), name, routed, ready),
                      List.of()));
        }
      }
    }
  }

  private static void add(ModelEntry entry, Set<InstanceId> ids) {
    for (int i = 0; i < entry.readyCount(); i++) {
      ids.add(entry.ready(i).instance());
    }
  }

  /** For people: the seed, the step, what is wrong, and the last events. */
  public static List<String> text(Outcome outcome) {
    List<String> lines = new ArrayList<>(outcome.story());
    outcome.violations().forEach(violation -> lines.add(violation.text()));
    lines.add(
        "seed %d, step %d, %.3f s of the fleet's time"
            .formatted(outcome.seed(), outcome.steps(), outcome.virtual().toMillis() / 1e3));
    return lines;
  }
}
