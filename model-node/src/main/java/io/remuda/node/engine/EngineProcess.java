package io.remuda.node.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One running engine and its keeper, started by this JVM or by an earlier one. It outlives this
 * object: only {@link #stop} or {@link #kill} end it. Safe for use from any thread; nothing here
 * waits.
 */
public final class EngineProcess {
  static final int LAST_LINES = 50;
  private static final long GROUP_LOOK_MILLIS = 20;
  private static final int LOOKS_UNTIL_KILL = 25;

  private final EngineRecord record;
  private final Path folder;
  private final List<String> outOfMemory;
  private final ProcTable processes;
  private final ScheduledExecutorService watcher;
  private final Duration interval;
  private final Duration endLimit;
  private final CompletableFuture<EngineExit> exit = new CompletableFuture<>();
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile @Nullable ScheduledFuture<?> watch;
  private @Nullable Long deadSinceNanos; // Of the watching thread alone.

  EngineProcess(
      EngineRecord record,
      Path folder,
      List<String> outOfMemory,
      ProcTable processes,
      ScheduledExecutorService watcher,
      Duration interval,
      Duration endLimit) {
    this.record = record;
    this.folder = folder;
    this.outOfMemory = List.copyOf(outOfMemory);
    this.processes = processes;
    this.watcher = watcher;
    this.interval = interval;
    this.endLimit = endLimit;
  }

  EngineProcess watched() {
    watch =
        watcher.scheduleWithFixedDelay(
            this::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    return this;
  }

  public EngineRecord record() {
    return record;
  }

  public EngineTarget target() {
    return EngineTarget.local(record.host(), record.port(), record.servedName());
  }

  /** Whether the very process that was started still runs. */
  public boolean alive() {
    return !exit.isDone() && processes.runs(record.pid(), record.startTicks());
  }

  /** Whether the port is listened on, and by a process of this engine's own group. */
  public boolean ownsItsPort() {
    return processes.listens(record.pid(), record.port());
  }

  /** Whether anybody at all listens on the port. */
  boolean portTaken() {
    return processes.taken(record.port());
  }

  /** Completes once, on the watching thread, when the engine has ended for whatever reason. */
  public CompletionStage<EngineExit> exit() {
    return exit.minimalCompletionStage();
  }

  /** The end of its output, for people. */
  public List<String> lastLines(int count) {
    return EngineLog.tail(folder.resolve("engine.log"), count);
  }

  /**
   * How much of {@code model}, a file or a folder, it has read, with all that it started; empty
   * when the model has no bytes here. Blocks.
   */
  public Optional<FilesRead> read(Path model) {
    List<Long> all = processes.members(record.pid()).stream().map(ProcTable.Entry::pid).toList();
    return FilesRead.of(processes.root(), all, model);
  }

  /** What tells of something wrong in its output from {@code from} on. Blocks. */
  public LogNews wrongSince(long from, LogFormat format) {
    return LogNews.of(EngineLog.since(log(), from), format);
  }

  /** Its whole output of late; grows while it runs. */
  public Path log() {
    return folder.resolve("engine.log");
  }

  /**
   * SIGTERM to the engine's group, SIGKILL after {@code grace} (full seconds, rounded up);
   * completes when the engine and all that it started are gone, or fails with a TimeoutException
   * when even that did not help within the configured limit. Safe to call again.
   */
  public CompletionStage<EngineExit> stop(Duration grace) {
    long seconds = Math.max(1, (grace.toMillis() + 999) / 1000);
    return end("stop " + seconds + "\n", "TERM", grace.plus(endLimit), grace);
  }

  /** SIGKILL at once; completes as {@link #stop} does. */
  public CompletionStage<EngineExit> kill() {
    return end("kill\n", "KILL", endLimit, Duration.ZERO);
  }

  private CompletionStage<EngineExit> end(
      String command, String signal, Duration limit, Duration grace) {
    asked.set(true);
    watcher.execute(
        () -> {
          if (!keeperRuns() || !KeeperLauncher.tell(folder, command)) {
            // Its keeper was killed: nobody is left to pass the command on.
            signalGroup(signal);
            watcher.schedule(() -> signalGroup("KILL"), grace.toMillis(), TimeUnit.MILLISECONDS);
          }
        });
    return exit.thenCompose(this::groupGone)
        .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
        .minimalCompletionStage();
  }

  private CompletableFuture<EngineExit> groupGone(EngineExit ended) {
    CompletableFuture<EngineExit> gone = new CompletableFuture<>();
    lookForGroup(ended, gone, 0);
    return gone;
  }

  private void lookForGroup(EngineExit ended, CompletableFuture<EngineExit> gone, int looks) {
    if (!keeperRuns() && processes.members(record.pid()).isEmpty() && remains().isEmpty()) {
      EngineCgroups.of(folder, record.nonce()).remove();
      gone.complete(ended);
      return;
    }
    if (looks == LOOKS_UNTIL_KILL) {
      killRemains();
    }
    if (looks * GROUP_LOOK_MILLIS < endLimit.toMillis()) {
      watcher.schedule(
          () -> lookForGroup(ended, gone, looks + 1), GROUP_LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private boolean keeperRuns() {
    return processes.runs(record.keeperPid(), record.keeperStartTicks());
  }

  private List<ProcTable.Entry> remains() {
    return EngineCgroups.remains(processes, record, folder);
  }

  /** What a keeper does at the end, for one that was killed. */
  private void killRemains() {
    remains()
        .forEach(each -> ProcessHandle.of(each.pid()).ifPresent(ProcessHandle::destroyForcibly));
  }

  private void signalGroup(String signal) {
    // The pid may be another's by now, when the signal was put off.
    if (processes.remains(record.pid(), record.startTicks(), "").isEmpty()) {
      return;
    }
    try {
      // The JDK can signal a process but no group.
      new ProcessBuilder("sh", "-c", "kill -s \"$1\" -- \"-$2\"", "kill", signal, "" + record.pid())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      ProcessHandle.of(record.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private void look() {
    if (exit.isDone() || processes.runs(record.pid(), record.startTicks())) {
      return;
    }
    // Its keeper writes the status a moment after the death, before it ends itself: asked in this
    // order, what it wrote is not missed.
    boolean kept = keeperRuns();
    OptionalInt code = exitCode(folder);
    long now = System.nanoTime();
    long since = deadSinceNanos == null ? now : deadSinceNanos;
    deadSinceNanos = since;
    if (code.isEmpty() && kept && now - since < endLimit.toNanos()) {
      return;
    }
    ScheduledFuture<?> running = watch;
    if (running != null) {
      running.cancel(false);
    }
    if (!keeperRuns()) {
      killRemains();
      EngineCgroups.of(folder, record.nonce()).remove();
    }
    exit.complete(ended(folder, code, asked.get(), outOfMemory));
  }

  static EngineExit ended(
      Path folder, OptionalInt code, boolean asked, List<String> outOfMemoryTexts) {
    List<String> lines = EngineLog.tail(folder.resolve("engine.log"), LAST_LINES);
    OptionalLong limit = number(folder.resolve("oom"));
    boolean outOfMemory = limit.isPresent() || OutOfMemory.saidIn(lines, outOfMemoryTexts);
    return new EngineExit(code, asked, outOfMemory, limit, lines);
  }

  static OptionalInt exitCode(Path folder) {
    OptionalLong code = number(folder.resolve("exit"));
    return code.isPresent() ? OptionalInt.of((int) code.getAsLong()) : OptionalInt.empty();
  }

  private static OptionalLong number(Path file) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public String toString() {
    return "instance=%s pid=%d port=%d".formatted(record.instance(), record.pid(), record.port());
  }
}
