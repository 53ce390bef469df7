package io.remuda.deploy.task;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One process that is going to die, started before it is needed. It ends when its pipe does. */
final class DoomedProcess implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Process process;
  private final Path log;

  DoomedProcess(FaultPoint point, String broker, String results, String fingerprint, Path parent) {
    try {
      Path folder = Files.createTempDirectory(parent, "doomed-");
      this.log = folder.resolve("log");
      this.process =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-Xmx128m",
                      "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                      "-XX:+UseSerialGC",
                      "-XX:TieredStopAtLevel=1",
                      "-cp",
                      System.getProperty("java.class.path"),
                      DoomedPart.class.getName(),
                      point.name(),
                      broker,
                      results,
                      fingerprint,
                      folder.toString()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets it begin. */
  void begin(String order) {
    try {
      OutputStream orders = process.getOutputStream();
      orders.write((order + "\n").getBytes(StandardCharsets.UTF_8));
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("it ended before it began:\n" + said(), e);
    }
  }

  /** Waits until it has died where it was meant to; fails when it ends in another way. */
  void awaitDeath() {
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("it did not come to its point:\n" + said());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    if (process.exitValue() != DoomedPart.DIED) {
      throw new IllegalStateException("it ended with " + process.exitValue() + ":\n" + said());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }
}
