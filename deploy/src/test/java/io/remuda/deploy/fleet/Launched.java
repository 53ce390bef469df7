package io.remuda.deploy.fleet;

import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that the packed launcher started, with what it printed. */
public final class Launched implements AutoCloseable {

  /** How a command ended and what it printed. */
  public record Ended(int exit, String out, String err) {}

  private static final Path LAUNCHER = Path.of("target/dist/remuda").toAbsolutePath();

  /** Above what any command grants itself: two minutes for a fleet to be ready. */
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(180);

  /** For processes that live for one test: see the argLine of the tests' own JVMs. */
  static final String QUICK = " -XX:TieredStopAtLevel=1";

  private static final Duration END_LIMIT = Duration.ofSeconds(60);

  private final Process process;
  private final Path out;
  private final Path err;

  private Launched(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  public static Path launcher() {
    return LAUNCHER;
  }

  /** Starts {@code ./remuda} with these arguments; {@code logs} gets what it prints. */
  static Launched start(Path logs, Map<String, String> environment, String... arguments) {
    return start(List.of(), logs, environment, arguments);
  }

  /**
   * As {@link #start}, but no file may grow beyond {@code mebibytes}: what a full disk is to a
   * process. Works without any privilege.
   */
  static Launched startWithoutRoom(int mebibytes, Path logs, String... arguments) {
    String limited = "ulimit -S -f " + mebibytes * 1024 + "; exec \"$0\" \"$@\"";
    return start(List.of("bash", "-c", limited), logs, Map.of(), arguments);
  }

  /**
   * As {@link #start(Path, Map, String...)}, by a command that runs it.
   *
   * @param prefix the command; what is started follows it
   */
  public static Launched start(
      List<String> prefix, Path logs, Map<String, String> environment, String... arguments) {
    try {
      Files.createDirectories(logs);
      Path out = Files.createTempFile(logs, "out-", ".txt");
      Path err = Files.createTempFile(logs, "err-", ".txt");
      List<String> command = new ArrayList<>(prefix);
      command.add(LAUNCHER.toString());
      command.addAll(List.of(arguments));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(logs.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("REMUDA_"));
      builder.environment().put("REMUDA_JAVA_OPTS", coverage() + QUICK);
      builder.environment().putAll(environment);
      return new Launched(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException("is the distribution packed? " + LAUNCHER, e);
    }
  }

  /** Runs a command to its end. */
  static Ended run(Path logs, String... arguments) {
    return run(logs, Map.of(), arguments);
  }

  public static Ended run(Path logs, Map<String, String> environment, String... arguments) {
    Launched launched = start(logs, environment, arguments);
    return launched.end(COMMAND_LIMIT);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public String out() {
    return read(out);
  }

  public String err() {
    return read(err);
  }

  /** Waits until it has printed {@code text} on stdout; fails with its log when it ends before. */
  public void awaitPrinted(String text, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    Eventually.isTrue(
        "'" + text + "' is printed",
        limit.plusSeconds(1),
        () -> {
          if (out().contains(text)) {
            return true;
          }
          if (!process.isAlive() || System.nanoTime() > end) {
            throw new AssertionError("no '" + text + "':\n" + out() + "\n" + tail(err()));
          }
          return false;
        });
  }

  /** Waits for its own end. */
  public Ended end(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("it did not end within " + limit + ":\n" + out() + tail(err()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    return new Ended(process.exitValue(), out(), err());
  }

  /** As a crash: nothing of it gets to say goodbye. */
  public void kill() {
    process.destroyForcibly();
    end(END_LIMIT);
  }

  /** In good order. */
  public Ended terminate() {
    process.destroy();
    return end(END_LIMIT);
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      terminate();
    }
  }

  /** What a child covers counts for this test's coverage too. */
  private static String coverage() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-javaagent:") && argument.contains("jacoco"))
        .findFirst()
        .orElse("");
  }

  /** The end of its log, for who wants to know why. */
  public String lastWords() {
    return tail(err());
  }

  private static String tail(String text) {
    List<String> lines = text.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
