package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * What was asked for on the command line.
 *
 * @param brief whether missed times are told only
 * @param rounds of each fault
 * @param perSecond requests of all clients together
 */
record Options(
    boolean brief,
    List<FaultKind> faults,
    int rounds,
    long seed,
    int registries,
    int machines,
    int perSecond) {

  static final String USAGE =
      """
      deploy/chaos/chaos.sh [OPTION...]
        --short            one round of each fault but JOURNAL_REPLACED, which takes long; missed
                           times are told and do not fail
        --fault NAME       this fault only; may be given several times
        --rounds N         rounds of each fault; default 9, with --short 1
        --seed N           what is hit, and when; default: another one each time, which is printed
        --registries N     registry nodes: 3 or 5; default 3
        --machines N       model nodes: 3 to 5; default 3
        --rate N           requests a second; default 50, with --short 20
      Faults:
      """
          + String.join(
              "\n",
              Arrays.stream(FaultKind.values())
                  .map(kind -> "  %-26s %s".formatted(kind, kind.words()))
                  .toList());

  private static final Limits BESIDE_OTHER_WORK =
      new Limits(Duration.ofSeconds(90), Limits.PROMISED.faultTakes());

  private static final int LONG_ROUNDS = 9;
  private static final int LONG_RATE = 50;
  private static final int SHORT_RATE = 20;

  Options {
    faults = List.copyOf(faults);
  }

  /** A request that takes longer has failed. */
  Duration requestLimit() {
    return Duration.ofSeconds(brief ? 60 : 30);
  }

  /**
   * For so long requests go through a fleet before it is broken: its JVMs are new until then, and
   * all of them compile what they run on the same processors.
   */
  Duration warmUp() {
    return Duration.ofSeconds(brief ? 5 : 60);
  }

  /**
   * What the invariants leave open: a machine that has other work takes its time to come to rest.
   */
  Limits limits() {
    return brief ? BESIDE_OTHER_WORK : Limits.PROMISED;
  }

  /**
   * Reads the arguments.
   *
   * @param random gives the seed where none is named
   * @throws IllegalArgumentException with a sentence for whoever typed them
   */
  static Options parse(List<String> arguments, RandomGenerator random) {
    boolean brief = false;
    List<FaultKind> faults = new ArrayList<>();
    Optional<Integer> rounds = Optional.empty();
    Optional<Integer> rate = Optional.empty();
    Optional<Long> seed = Optional.empty();
    int registries = 3;
    int machines = 3;
    for (int i = 0; i < arguments.size(); i++) {
      String name = arguments.get(i);
      if (name.equals("--short")) {
        brief = true;
        continue;
      }
      i++;
      if (i == arguments.size()) {
        throw new IllegalArgumentException(name + " needs a value; see --help");
      }
      String value = arguments.get(i);
      switch (name) {
        case "--fault" -> faults.add(fault(value));
        case "--rounds" -> rounds = Optional.of(number(name, value, 1, 1_000));
        case "--seed" -> seed = Optional.of(seed(value));
        case "--registries" -> registries = number(name, value, 3, 5);
        case "--machines" -> machines = number(name, value, 3, 5);
        case "--rate" -> rate = Optional.of(number(name, value, 5, 500));
        default -> throw new IllegalArgumentException("unknown option " + name + "; see --help");
      }
    }
    return new Options(
        brief,
        faults.isEmpty() ? FaultKind.all(brief) : faults,
        rounds.orElse(brief ? 1 : LONG_ROUNDS),
        seed.orElseGet(() -> random.nextLong(1_000_000)),
        registries,
        machines,
        rate.orElse(brief ? SHORT_RATE : LONG_RATE));
  }

  /** What makes the same happen again. */
  String command() {
    String named =
        faults.equals(FaultKind.all(brief))
            ? ""
            : faults.stream().map(kind -> " --fault " + kind).collect(Collectors.joining());
    return "deploy/chaos/chaos.sh%s%s --rounds %d --seed %d --registries %d --machines %d --rate %d"
        .formatted(brief ? " --short" : "", named, rounds, seed, registries, machines, perSecond);
  }

  private static FaultKind fault(String name) {
    return Arrays.stream(FaultKind.values())
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no fault '" + name + "'; see --help"));
  }

  private static int number(String name, String value, int least, int most) {
    if (!value.matches("[0-9]{1,6}")
        || Integer.parseInt(value) < least
        || Integer.parseInt(value) > most) {
      throw new IllegalArgumentException(
          "%s takes a number from %d to %d, not '%s'".formatted(name, least, most, value));
    }
    return Integer.parseInt(value);
  }

  private static long seed(String value) {
    if (!value.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("--seed takes a number, not '" + value + "'");
    }
    return Long.parseLong(value);
  }
}
