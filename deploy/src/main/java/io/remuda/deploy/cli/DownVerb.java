package io.remuda.deploy.cli;

import io.remuda.deploy.local.Launcher;
import io.remuda.deploy.local.RunFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ends the node of a data directory: what {@code up} started, or one node of a fleet. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description =
        "End what runs from this data directory, with its engines: what 'up' started, or a registry,"
            + " model or gateway node.",
    footer = {"", "Example: ./remuda down", "         ./remuda down --data .remuda/model-1"})
final class DownVerb implements Callable<Integer> {

  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data directory that it was started with.")
  private @Nullable Path data;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "60s",
      description = "How long it may take; then it is killed. Default: ${DEFAULT-VALUE}.")
  private String timeout;

  @Override
  public Integer call() {
    Surroundings world = Main.of(spec).world();
    Duration limit = Durations.parse(timeout);
    Path folder = (data == null ? Installation.defaultData() : data).toAbsolutePath().normalize();
    Optional<RunFile> run = RunFile.read(folder);
    // A registry node that was voted out is gone until its launcher starts it again.
    Optional<ProcessHandle> found =
        run.flatMap(RunFile::process)
            .or(() -> run.flatMap(RunFile::launcher).flatMap(Launcher::process));
    if (found.isEmpty()) {
      world.err().println("nothing runs in " + folder);
      return Exit.OK.code();
    }
    ProcessHandle process = found.get();
    // It hands the signal on, and starts the node no more.
    Optional<ProcessHandle> launcher = run.flatMap(RunFile::launcher).flatMap(Launcher::process);
    long start = System.nanoTime();
    if (!launcher.orElse(process).destroy()) {
      throw new CliFailure(
          Exit.NOT_ALLOWED,
          "process " + process.pid() + " is not yours to end; ask who started it");
    }
    if (endsWithin(process, limit)) {
      launcher.ifPresent(one -> endsWithin(one, KILL_LIMIT));
      long millis = (System.nanoTime() - start) / 1_000_000;
      world.err().println("process " + process.pid() + " ended after " + millis + " ms");
      return Exit.OK.code();
    }
    launcher.ifPresent(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    endsWithin(process, KILL_LIMIT);
    throw new CliFailure(
        Exit.TIMED_OUT,
        "process "
            + process.pid()
            + " did not end within "
            + limit.toSeconds()
            + " s and was"
            + " killed; its engines may still run, and the next start in this data directory takes"
            + " them over");
  }

  private static boolean endsWithin(ProcessHandle process, Duration limit) {
    try {
      process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
