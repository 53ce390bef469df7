package io.remuda.deploy.chaos;

import io.remuda.deploy.fleet.Launched;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One node of the fleet: a process on a host of its own, which starts again where it was. */
final class Node {

  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration END_LIMIT = Duration.ofSeconds(60);

  private final String name;
  private final String printed;
  private final Path data;
  private final Map<String, String> environment;
  private final List<String> arguments;
  private Optional<Launched> process = Optional.empty();

  /**
   * @param name of the node and of its host
   * @param folder gets its data and its logs
   * @param printed what it prints when it is up
   * @param arguments of the launcher
   */
  Node(
      String name,
      Path folder,
      Map<String, String> environment,
      String printed,
      String... arguments) {
    this.name = name;
    this.printed = printed;
    this.data = folder.resolve(name);
    this.environment = environment;
    this.arguments = List.copyOf(Arrays.asList(arguments));
  }

  String name() {
    return name;
  }

  Path data() {
    return data;
  }

  /** Starts it; {@link #awaitUp} waits for it. */
  void start() {
    String[] all = new String[arguments.size() + 2];
    arguments.toArray(all);
    all[arguments.size()] = "--data";
    all[arguments.size() + 1] = data.toString();
    process =
        Optional.of(
            Launched.start(
                Network.on(name), data.resolveSibling(name + "-printed"), environment, all));
  }

  void awaitUp() {
    launched().awaitPrinted(printed, START_LIMIT);
  }

  String out() {
    return launched().out();
  }

  boolean isAlive() {
    return process.map(Launched::isAlive).orElse(false);
  }

  long pid() {
    return launched().pid();
  }

  /** As a crash. What its launcher started goes too; engines, which left it, do not. */
  void kill() {
    // A registry's launcher is the process that we know, and starts another one when one ends.
    List<ProcessHandle> started =
        arguments.get(0).equals("registry")
            ? ProcessHandle.of(pid()).stream().flatMap(ProcessHandle::children).toList()
            : List.of();
    launched().kill();
    started.forEach(ProcessHandle::destroyForcibly);
  }

  /** Asks it to end in good order; {@link #awaitEnd} waits for it. */
  void leave() {
    signal("TERM");
  }

  void awaitEnd() {
    launched().end(END_LIMIT);
  }

  /** Takes the processor away from it. Its engines run on. */
  void pause() {
    signal("STOP");
  }

  void goOn() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start();
      if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IllegalStateException("cannot send " + signal + " to " + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  String lastWords() {
    return process.map(Launched::lastWords).orElse("it never ran");
  }

  /** Ends it at once, if it runs. */
  void close() {
    if (isAlive()) {
      kill();
    }
  }

  private Launched launched() {
    return process.orElseThrow(() -> new IllegalStateException(name + " was never started"));
  }
}
