package io.remuda.deploy.cli;

import com.typesafe.config.Config;
import io.remuda.deploy.local.RunFile;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Starts the same command in a process of its own and returns when that one is ready. */
final class Detached {

  private static final Path SETSID = Path.of("/usr/bin/setsid");
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final long STEP_MILLIS = 50;
  private static final int LINES_SHOWN = 15;

  private final Surroundings world;
  private final Path data;
  private final Duration limit;

  Detached(Surroundings world, Config config) {
    this.world = world;
    this.data = Path.of(config.getString("remuda.node.data")).toAbsolutePath().normalize();
    // The child gives up at its own limit and says why; that shall be seen first.
    this.limit = config.getDuration("remuda.launch.ready-limit").plusSeconds(10);
  }

  int start(List<String> arguments) {
    return run(command(arguments));
  }

  int run(List<String> command) {
    Path logs = data.resolve("logs");
    Path out = logs.resolve("up.out");
    Path log = logs.resolve("up.log");
    try {
      Files.createDirectories(logs);
      // What it prints may hold the admin's key, which is shown once and kept nowhere: it is for
      // this user alone, and shown also when the start fails after it.
      Files.deleteIfExists(out);
      Files.createFile(out, OWNER_ONLY);
      Process child;
      try (InputStream printed = Files.newInputStream(out)) {
        child =
            new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(log.toFile())
                .start();
        try {
          awaitReady(child, log);
        } finally {
          printed.transferTo(world.out());
          world.out().flush();
        }
      } finally {
        Files.deleteIfExists(out);
      }
      world.err().println("it runs as process " + child.pid() + "; its log is " + log);
      return Exit.OK.code();
    } catch (IOException e) {
      throw new CliFailure(
          Exit.FAILURE,
          "The data directory "
              + data
              + " cannot be written ("
              + e.getMessage()
              + "); give another directory with --data DIR.",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliFailure(Exit.FAILURE, "interrupted; 'remuda down' ends what was started", e);
    }
  }

  private void awaitReady(Process child, Path log) throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!isReady(child)) {
      if (child.waitFor(STEP_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new CliFailure(Exit.FAILURE, lastWords(log));
      }
      if (System.nanoTime() - end >= 0) {
        child.destroy();
        throw new CliFailure(
            Exit.TIMED_OUT,
            "it was not ready within "
                + limit.toSeconds()
                + " s and has been told to end; its log"
                + " is "
                + log);
      }
    }
  }

  private boolean isReady(Process child) {
    Optional<RunFile> run = RunFile.read(data);
    return run.isPresent() && run.get().ready() && run.get().pid() == child.pid();
  }

  private static String lastWords(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    List<String> last = lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size());
    return "it ended before it was ready. Its last words in "
        + log
        + ":\n"
        + String.join("\n", last);
  }

  /** This process's own command line without the wish to detach. */
  private static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(SETSID)) {
      command.add(SETSID.toString()); // So that a Ctrl-C in this terminal is not meant for it.
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      command.add(option);
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    arguments.stream().filter(argument -> !argument.equals("--detach")).forEach(command::add);
    return command;
  }
}
