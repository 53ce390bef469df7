package io.remuda.deploy.actors;

import io.remuda.node.agent.Engines;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.node.instance.RestartPolicy.End;
import io.remuda.node.instance.Serving;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The engines of one machine: processes that a play has come up, die and hang when it wants, and
 * that live on when the machine's agent ends.
 */
final class ScriptedEngines implements Engines {

  static final String ENGINE = "scripted";

  /** What one instance claims when nobody says otherwise. */
  static final Resources CLAIM = new Resources(0, 1_000, 1, 0);

  /** How an engine that has run for a while is no good any more. */
  enum Fall {
    NONE,
    EXITS,
    OUT_OF_MEMORY,
    HANGS
  }

  /**
   * One start's story.
   *
   * @param load until it proves itself
   * @param proves whether it ever does
   * @param fallsAfter from its start
   */
  record Plot(Duration load, boolean proves, Fall fall, Duration fallsAfter) {
    static Plot readyAfter(Duration load) {
      return new Plot(load, true, Fall.NONE, Duration.ZERO);
    }

    static Plot neverReady() {
      return new Plot(Duration.ZERO, false, Fall.NONE, Duration.ZERO);
    }

    Plot thenAfter(Duration life, Fall how) {
      return new Plot(load, proves, how, load.plus(life));
    }

    static Plot whileLoading(Duration life, Fall how) {
      return new Plot(life.multipliedBy(2), true, how, life);
    }
  }

  private static final long FIRST_PID = 1_000;
  private static final Duration DYING = Duration.ofMillis(5);

  private final Stage stage;
  private final String machine;
  private final Consumer<Assignment> taken;
  private final Map<InstanceId, Run> running = new TreeMap<>();
  private Function<InstanceId, Plot> plots = id -> Plot.readyAfter(Duration.ofSeconds(2));
  private long starts;
  private int most;

  /**
   * @param taken told of each instance that the machine takes in
   */
  ScriptedEngines(Stage stage, String machine, Consumer<Assignment> taken) {
    this.stage = stage;
    this.machine = machine;
    this.taken = taken;
  }

  /** From now on each start of an engine goes as {@code next} says. */
  void plot(Function<InstanceId, Plot> next) {
    plots = next;
  }

  /** Whose processes there are. */
  List<InstanceId> running() {
    return List.copyOf(running.keySet());
  }

  long starts() {
    return starts;
  }

  /** Of how many there were processes at one moment, at most. */
  int most() {
    return most;
  }

  @Override
  public List<EngineOffer> offers() {
    return List.of(new EngineOffer(ENGINE, true, Optional.empty(), Optional.empty()));
  }

  @Override
  public void gpus(List<Gpu> seen) {}

  @Override
  public Description describe(ModelSpec spec) {
    ModelFile file = new ModelFile(1, "digest", CLAIM, true, spec.schema(), "from the play");
    return new Description(Optional.of(file), Optional.empty());
  }

  @Override
  public Runtime runtime(Assignment assignment) {
    taken.accept(assignment);
    return new Runtime(Optional.of(new Player(assignment.id(), true)), Optional.empty());
  }

  @Override
  public EngineRuntime left(Assignment assignment, Refused why) {
    return new Player(assignment.id(), false);
  }

  /** Brings the processes of one instance up, and finds the one that a former agent has left. */
  private final class Player implements EngineRuntime {
    private final InstanceId id;
    private final boolean startable;

    Player(InstanceId id, boolean startable) {
      this.id = id;
      this.startable = startable;
    }

    @Override
    public boolean startable() {
      return startable;
    }

    @Override
    public Serving serving() {
      return new Serving(ModelSpec.DEFAULT_SLOTS, Set.of("/v1/chat/completions"), true);
    }

    @Override
    public boolean startsAlone() {
      return true;
    }

    @Override
    public Start start() {
      Run run = new Run(id, FIRST_PID + starts++, plots.apply(id));
      if (running.put(id, run) != null) {
        stage.tale().wrong(machine + " runs two engines of " + id);
      }
      most = Math.max(most, running.size());
      stage.tale().tell(machine, "engine of " + id + " starts");
      run.begin();
      return new Start.Up(run);
    }

    @Override
    public Optional<Running> adopt() {
      return Optional.ofNullable(running.get(id));
    }
  }

  private final class Run implements EngineRuntime.Running {
    private final InstanceId id;
    private final long pid;
    private final Plot plot;
    private final Duration begun = stage.now();
    private final CompletableFuture<EngineRuntime.Ending> ending = new CompletableFuture<>();
    private boolean mute;

    Run(InstanceId id, long pid, Plot plot) {
      this.id = id;
      this.pid = pid;
      this.plot = plot;
    }

    void begin() {
      if (plot.fall() != Fall.NONE) {
        stage.after(plot.fallsAfter(), this::fall);
      }
    }

    private void fall() {
      if (ending.isDone()) {
        return;
      }
      stage.tale().tell(machine, "engine of " + id + " " + plot.fall());
      switch (plot.fall()) {
        case NONE -> {}
        case HANGS -> mute = true;
        case EXITS -> exit("ended with 1", End.EXITED);
        case OUT_OF_MEMORY -> exit("out of memory", End.OUT_OF_MEMORY);
      }
    }

    private void exit(String words, End how) {
      running.remove(id, this);
      ending.complete(new EngineRuntime.Ending(words, how));
    }

    @Override
    public OptionalLong pid() {
      return OptionalLong.of(pid);
    }

    @Override
    public OptionalInt port() {
      return OptionalInt.of((int) pid);
    }

    @Override
    public Upstream upstream() {
      return new Upstream.Http(URI.create("http://127.0.0.1:" + pid), id.model().value(), Map.of());
    }

    @Override
    public CompletionStage<EngineRuntime.Ending> ending() {
      return ending;
    }

    @Override
    public CompletionStage<Optional<String>> prove(Duration limit) {
      CompletableFuture<Optional<String>> proof = new CompletableFuture<>();
      Duration rest = begun.plus(plot.load()).minus(stage.now());
      boolean inTime = plot.proves() && rest.compareTo(limit) <= 0;
      Optional<String> missing =
          inTime
              ? Optional.empty()
              : Optional.of("it gave no token in " + limit.toSeconds() + " s");
      Duration wait = inTime ? rest : limit;
      stage.after(wait.isNegative() ? Duration.ZERO : wait, () -> proof.complete(missing));
      return proof;
    }

    @Override
    public CompletionStage<Boolean> answers(boolean idle) {
      return CompletableFuture.completedFuture(!mute);
    }

    @Override
    public CompletionStage<?> end(Duration grace) {
      stage.after(DYING, () -> exit("told to end", End.EXITED));
      return ending;
    }
  }
}
