package io.remuda.deploy.task;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of a test's own, with the test's class path. What it says goes to a log, what it is told
 * comes by its {@link Orders}, which it must open so that it ends when this process does. Files
 * that it makes for a while lie in its folder.
 */
final class ChildJvm implements AutoCloseable {

  private static final Duration DEATH_LIMIT = Duration.ofMinutes(1);

  private final Process process;
  private final Path log;

  /**
   * Starts it.
   *
   * @param folder exists; takes the log
   * @param options of the JVM, beside those that make many of them start quickly
   */
  ChildJvm(Class<?> main, Path folder, List<String> options, List<String> arguments) {
    this.log = folder.resolve("log");
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=2");
    line.add("-XX:+UseSerialGC");
    line.add("-Djava.io.tmpdir=" + folder);
    line.addAll(options);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    line.addAll(arguments);
    try {
      this.process =
          new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void tell(String order) {
    try {
      OutputStream orders = process.getOutputStream();
      orders.write((order + "\n").getBytes(StandardCharsets.UTF_8));
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("it ended before it was told anything:\n" + log(), e);
    }
  }

  /** What follows the words in the last whole line that begins with them. */
  Optional<String> last(String words) {
    String said = log();
    return said.substring(0, said.lastIndexOf('\n') + 1)
        .lines()
        .filter(line -> line.startsWith(words))
        .reduce((before, after) -> after)
        .map(line -> line.substring(words.length()).trim());
  }

  long pid() {
    return process.pid();
  }

  boolean lives() {
    return process.isAlive();
  }

  /** Ends it as {@code kill -9} does, and waits until it has. */
  void kill() {
    process.destroyForcibly();
    awaitEnd(DEATH_LIMIT);
  }

  /** Waits until it has ended by itself; how it did. */
  int awaitEnd(Duration limit) {
    try {
      if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("it has not ended within " + limit + ":\n" + log());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** All that it has said. */
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
