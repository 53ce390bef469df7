package io.remuda.protocol.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server child process in its own process group, with its own folder and a log file in it.
 *
 * <p>The whole group ends with this JVM, also when the JVM is killed: a small shell process waits
 * for the end of the pipe that the JVM holds. The folder is removed when the JVM exits normally.
 */
final class ServerProcess {

  private static final String REAPER =
      "read -r done && exit 0; kill -KILL -- \"-$1\" 2>/dev/null; exit 0";

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path folder;
  private @Nullable Process process;
  private @Nullable Process reaper;

  ServerProcess(String name, List<String> command, Map<String, String> environment, Path folder) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.folder = folder;
    Runtime.getRuntime().addShutdownHook(new Thread(this::endAndClean, "end-" + name));
  }

  /** A new empty folder under the module's target folder, or under the given parent. */
  static Path newFolder(String name, Path parent) {
    try {
      return Files.createTempDirectory(Files.createDirectories(parent), name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for " + name + " under " + parent, e);
    }
  }

  static Path target() {
    return Path.of("target", "servers").toAbsolutePath();
  }

  synchronized void start() {
    if (isAlive()) {
      return;
    }
    List<String> line = new ArrayList<>(List.of("setsid"));
    line.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    try {
      Process started = builder.start();
      process = started;
      reaper =
          new ProcessBuilder(
                  "setsid", "sh", "-c", REAPER, "reaper-" + name, Long.toString(started.pid()))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + ": " + line, e);
    }
  }

  /** Waits until the server answers; fails with the end of its log when it exits or is too slow. */
  void awaitReady(Duration limit, Eventually.Condition answers) {
    try {
      Eventually.find(
          name + " answers",
          limit,
          () -> {
            if (!isAlive()) {
              return java.util.Optional.of(false);
            }
            return answers.holds() ? java.util.Optional.of(true) : java.util.Optional.empty();
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + logTail(), e);
    }
    if (!isAlive()) {
      throw new AssertionError(name + " ended while starting\n" + logTail());
    }
  }

  synchronized boolean isAlive() {
    return process != null && process.isAlive();
  }

  synchronized long pid() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process.pid();
  }

  /** Sends a signal to the server and, after the grace time, KILL to its whole group. */
  synchronized void stop(String signal, Duration grace) {
    Process running = process;
    if (running == null) {
      return;
    }
    if (running.isAlive()) {
      signal(signal, Long.toString(running.pid()));
    }
    await(running, grace);
    signal("KILL", "-" + running.pid());
    await(running, Duration.ofSeconds(10));
    dismissReaper();
    process = null;
  }

  /** Stops the whole group where it is: its connections stay open and nothing is answered. */
  synchronized void freeze() {
    signal("STOP", "-" + pid());
  }

  /** Lets it go on after {@link #freeze}. */
  synchronized void thaw() {
    signal("CONT", "-" + pid());
  }

  /** KILL to the whole group, as a machine that loses power would. */
  void kill() {
    stop("KILL", Duration.ofSeconds(10));
  }

  Path folder() {
    return folder;
  }

  Path log() {
    return folder.resolve("server.log");
  }

  private String logTail() {
    try {
      List<String> lines = Files.readAllLines(log(), StandardCharsets.ISO_8859_1);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  private void dismissReaper() {
    Process waiting = reaper;
    reaper = null;
    if (waiting == null) {
      return;
    }
    try (OutputStream stdin = waiting.getOutputStream()) {
      stdin.write("done\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      waiting.destroy();
    }
  }

  private static void signal(String signal, String target) {
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -s \"$1\" -- \"$2\"", "sh", signal, target)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      await(kill, Duration.ofSeconds(5));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(Process process, Duration limit) {
    try {
      process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void endAndClean() {
    kill();
    remove(folder);
  }

  /** Removes a folder with what is in it when this JVM exits. */
  static void removeAtExit(Path folder) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder), "remove-" + folder));
  }

  static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      // The folder lies under target or /tmp; what is left there does no harm.
    }
  }
}
