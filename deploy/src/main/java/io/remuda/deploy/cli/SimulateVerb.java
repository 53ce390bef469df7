package io.remuda.deploy.cli;

import io.remuda.deploy.simulation.Plant;
import io.remuda.deploy.simulation.Simulation;
import io.remuda.deploy.simulation.Simulation.Outcome;
import io.remuda.deploy.simulation.Simulations;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lives through a fleet's faults in one process, under virtual time. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Let simulated fleets live through faults and operators under virtual time,",
      "and look after each step whether anything is as it must never be. A failure",
      "prints its seed, and --seed repeats it; docs/ROBUSTNESS.md says what is held."
    },
    footer = {"", "Example: ./remuda simulate --seeds 200"})
final class SimulateVerb implements Callable<Integer> {

  private static final int THREADS = 2;
  private static final int SHOWN_EVERY = 10;

  /** In a log each is a line. */
  private static final int LOGGED_EVERY = 50;

  /** The names of planted bugs, for the help and for who mistypes one. */
  static final class Plants implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Plant.values()).map(Plant::toString).iterator();
    }
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "200",
      description = "How many fleets; default: ${DEFAULT-VALUE}.")
  private int seeds;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Events of each; default: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(names = "--seed", paramLabel = "N", description = "Only this one, with its story.")
  private @Nullable Long seed;

  @Option(
      names = "--plant",
      paramLabel = "BUG",
      defaultValue = "none",
      completionCandidates = Plants.class,
      description = "Put a bug in, to see that it is found: ${COMPLETION-CANDIDATES}.")
  private String plant;

  @Override
  public Integer call() throws InterruptedException {
    if (seeds < 1 || steps < 1) {
      throw new CliFailure(Exit.USAGE, "--seeds and --steps are 1 or more");
    }
    Simulations simulations = new Simulations(steps, planted());
    return seed == null ? many(simulations) : one(simulations, seed);
  }

  private Plant planted() {
    return Arrays.stream(Plant.values())
        .filter(known -> known.toString().equals(plant))
        .findFirst()
        .orElseThrow(
            () ->
                new CliFailure(
                    Exit.USAGE,
                    "there is no bug '%s' to plant; there are %s"
                        .formatted(plant, String.join(", ", new Plants()))));
  }

  private int many(Simulations simulations) throws InterruptedException {
    long started = System.nanoTime();
    Optional<Outcome> wrong = simulations.run(1, seeds, THREADS, this::progress);
    if (world().terminal()) {
      world().err().println();
    }
    if (wrong.isPresent()) {
      return show(wrong.get());
    }
    world()
        .out()
        .printf(
            "%d seeds of %d steps: nothing went wrong (%.1f s)%n",
            seeds, steps, (System.nanoTime() - started) / 1e9);
    return Exit.OK.code();
  }

  private int one(Simulations simulations, long only) {
    return show(simulations.run(only));
  }

  private int show(Outcome outcome) {
    Simulation.text(outcome).forEach(world().out()::println);
    world().out().printf("story %016x%n", outcome.hash());
    if (outcome.isWell()) {
      world().out().println("nothing went wrong");
      return Exit.OK.code();
    }
    world()
        .err()
        .printf(
            "remuda: seed %d went wrong; repeat it with: remuda simulate --seed %d --steps %d%s%n",
            outcome.seed(), outcome.seed(), steps, plant.equals("none") ? "" : " --plant " + plant);
    return Exit.FAILURE.code();
  }

  private void progress(int done) {
    if (world().terminal()) {
      if (done % SHOWN_EVERY == 0) {
        world().err().printf("\r%d of %d seeds", done, seeds);
      }
    } else if (done % LOGGED_EVERY == 0 && done < seeds) {
      world().err().printf("%d of %d seeds%n", done, seeds);
    }
  }

  private Surroundings world() {
    return Main.of(spec).world();
  }
}
