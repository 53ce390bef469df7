package io.remuda.deploy.chaos;

import io.remuda.deploy.fleet.Launched;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One node of the fleet: a process on a host of its own, which starts again where it was. */
final class Node {

  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration END_LIMIT = Duration.ofSeconds(60);
  private static final long KIB_A_MIB = 1024;

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
    List<String> host = new ArrayList<>(Processors.of(name));
    host.addAll(Network.on(name));
    arguments.toArray(all);
    all[arguments.size()] = "--data";
    all[arguments.size() + 1] = data.toString();
    process =
        Optional.of(Launched.start(host, data.resolveSibling(name + "-printed"), environment, all));
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
    List<ProcessHandle> started = started();
    launched().kill();
    started.forEach(ProcessHandle::destroyForcibly);
  }

  /** Its own, and what its launcher started. */
  List<Long> processes() {
    return Stream.concat(Stream.of(pid()), started().stream().map(ProcessHandle::pid)).toList();
  }

  /** A registry's launcher is the process that we know, and starts another one when one ends. */
  private List<ProcessHandle> started() {
    return arguments.get(0).equals("registry")
        ? ProcessHandle.of(pid()).stream().flatMap(ProcessHandle::children).toList()
        : List.of();
  }

  /** What its processes hold in memory; empty when it does not run. */
  OptionalLong residentMiB() {
    if (!isAlive()) {
      return OptionalLong.empty();
    }
    long kib = residentKiB(pid());
    for (ProcessHandle child : started()) {
      kib += residentKiB(child.pid());
    }
    return kib == 0 ? OptionalLong.empty() : OptionalLong.of(kib / KIB_A_MIB);
  }

  private static long residentKiB(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .sum();
    } catch (IOException | UncheckedIOException ended) {
      return 0;
    }
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
      List<String> line = new ArrayList<>(List.of("kill", "-" + signal, Long.toString(pid())));
      if (!signal.equals("TERM")) {
        // A launcher passes on the request to end alone.
        started().forEach(child -> line.add(Long.toString(child.pid())));
      }
      Process kill = new ProcessBuilder(line).start();
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
