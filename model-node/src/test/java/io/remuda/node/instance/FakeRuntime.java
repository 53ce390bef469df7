package io.remuda.node.instance;

import io.remuda.node.engine.FilesRead;
import io.remuda.node.engine.LogNews;
import io.remuda.protocol.Refused;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;

/** An engine without a process, whose every step the test decides. */
public final class FakeRuntime implements EngineRuntime {

  /** What became of each start, in order; the test ends and proves them. */
  public final List<Engine> engines = new CopyOnWriteArrayList<>();

  private final boolean alone;
  private volatile Optional<Refused> refusal = Optional.empty();
  private volatile boolean hopeless;
  private volatile boolean readyAtOnce;
  private volatile boolean left;
  private volatile boolean startable = true;
  private volatile boolean breaksFirst;
  private volatile Optional<URI> base = Optional.empty();

  /** Whether engines that start from now on take tasks by themselves, until the test says so. */
  volatile boolean restless;

  private FakeRuntime(boolean alone) {
    this.alone = alone;
  }

  /** One that waits to be proven by the test. */
  public static FakeRuntime slow() {
    return new FakeRuntime(true);
  }

  /** One that is ready as soon as it runs. */
  public static FakeRuntime quick() {
    FakeRuntime runtime = new FakeRuntime(true);
    runtime.readyAtOnce = true;
    return runtime;
  }

  /** One that is ready as soon as it runs, and whose requests are answered at {@code engine}. */
  public static FakeRuntime at(URI engine) {
    FakeRuntime runtime = quick();
    runtime.base = Optional.of(engine);
    return runtime;
  }

  /** The same, left running by a former JVM. */
  public static FakeRuntime leftAt(URI engine) {
    FakeRuntime runtime = at(engine);
    runtime.left = true;
    return runtime;
  }

  /** One that a former JVM has left running. */
  public static FakeRuntime left() {
    FakeRuntime runtime = quick();
    runtime.left = true;
    return runtime;
  }

  /** One whose first engine's instance fails over a bug, and which is found running then. */
  public static FakeRuntime buggy() {
    FakeRuntime runtime = left();
    runtime.breaksFirst = true;
    return runtime;
  }

  /** One that a former JVM has left running and that cannot be run any more. */
  public static FakeRuntime leftOver(Refused why) {
    FakeRuntime runtime = new FakeRuntime(false);
    runtime.left = true;
    runtime.startable = false;
    runtime.refuse(why, true);
    return runtime;
  }

  @Override
  public boolean startable() {
    return startable;
  }

  public void refuse(Refused refused, boolean forGood) {
    refusal = Optional.of(refused);
    hopeless = forGood;
  }

  @Override
  public Serving serving() {
    return new Serving(2, Set.of("/v1/chat/completions"), true);
  }

  @Override
  public boolean startsAlone() {
    return alone;
  }

  @Override
  public Start start() {
    return refusal
        .<Start>map(refused -> new Start.Not(refused, hopeless))
        .orElseGet(() -> new Start.Up(up()));
  }

  @Override
  public Optional<Running> adopt() {
    return left ? Optional.of(up()) : Optional.empty();
  }

  private Engine up() {
    Engine engine = new Engine(1_000 + engines.size(), breaksFirst && engines.isEmpty(), base);
    if (readyAtOnce) {
      engine.proof.complete(Optional.empty());
    }
    if (!restless) {
      engine.rest.complete(null);
    }
    engines.add(engine);
    return engine;
  }

  /** One that runs, as far as anybody can tell. */
  public static final class Engine implements Running {
    public final CompletableFuture<Optional<String>> proof = new CompletableFuture<>();
    public final CompletableFuture<Ending> ending = new CompletableFuture<>();

    /** Completed when it takes no tasks by itself. */
    final CompletableFuture<Void> rest = new CompletableFuture<>();

    /** The lease for which it was last asked to take none; 0: none. */
    volatile long askedToRest;

    public volatile boolean answering = true;
    public volatile Optional<Duration> endedWith = Optional.empty();

    /** Of its model's files. */
    public volatile Optional<FilesRead> read = Optional.empty();

    /** What in its output tells of something wrong, from its first byte on; one byte a line. */
    public final List<LogNews.Wrong> wrong = new CopyOnWriteArrayList<>();

    /** Each look, in order: whether it was asked for a token. */
    public final List<Boolean> looks = new CopyOnWriteArrayList<>();

    /** While it is set, no signal ends it. */
    public volatile boolean deathless;

    private final long pid;
    private final boolean broken;
    private final Optional<URI> base;

    Engine(long pid, boolean broken, Optional<URI> base) {
      this.base = base;
      this.pid = pid;
      this.broken = broken;
    }

    public void exit(String words) {
      ending.complete(new Ending(words, RestartPolicy.End.EXITED));
    }

    @Override
    public OptionalLong pid() {
      return OptionalLong.of(pid);
    }

    @Override
    public Optional<FilesRead> read() {
      return read;
    }

    @Override
    public LogNews wrongSince(long from) {
      List<LogNews.Wrong> all = List.copyOf(wrong);
      return new LogNews(all.size(), all.subList((int) from, all.size()));
    }

    @Override
    public OptionalInt port() {
      return OptionalInt.of((int) pid);
    }

    @Override
    public Upstream upstream() {
      if (broken) {
        throw new IllegalStateException("as the test wants it");
      }
      URI where = base.orElseGet(() -> URI.create("http://127.0.0.1:" + pid));
      return new Upstream.Http(where, "chat", Map.of());
    }

    @Override
    public CompletionStage<Ending> ending() {
      return ending;
    }

    @Override
    public CompletionStage<Optional<String>> prove(Duration limit) {
      return proof;
    }

    @Override
    public CompletionStage<Void> rests(long lease) {
      askedToRest = lease;
      return rest.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Boolean> answers(boolean idle) {
      looks.add(idle);
      return CompletableFuture.completedFuture(answering);
    }

    @Override
    public CompletionStage<?> end(Duration grace) {
      endedWith = Optional.of(grace);
      if (deathless) {
        return CompletableFuture.failedFuture(new TimeoutException("it still runs"));
      }
      exit("told to end");
      return ending;
    }
  }
}
