package io.remuda.deploy.cli;

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

/** Ends what {@code up} started. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "End what 'up' started from this data directory, with its engines.",
    footer = {"", "Example: ./remuda down"})
final class DownVerb implements Callable<Integer> {

  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  @Spec private CommandSpec spec;

  @Option(names = "--data", paramLabel = "DIR", description = "The data directory that 'up' used.")
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
    Optional<ProcessHandle> found = RunFile.read(folder).flatMap(RunFile::process);
    if (found.isEmpty()) {
      world.err().println("nothing runs in " + folder);
      return Exit.OK.code();
    }
    ProcessHandle process = found.get();
    long start = System.nanoTime();
    if (!process.destroy()) {
      throw new CliFailure(
          Exit.NOT_ALLOWED,
          "process " + process.pid() + " is not yours to end; ask who started it");
    }
    if (endsWithin(process, limit)) {
      long millis = (System.nanoTime() - start) / 1_000_000;
      world.err().println("process " + process.pid() + " ended after " + millis + " ms");
      return Exit.OK.code();
    }
    process.destroyForcibly();
    endsWithin(process, KILL_LIMIT);
    throw new CliFailure(
        Exit.TIMED_OUT,
        "process "
            + process.pid()
            + " did not end within "
            + limit.toSeconds()
            + " s and was"
            + " killed; its engines may still run, and the next 'up' takes them over");
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
