package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Observation.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The slowest requests of a round, each with what gateways and machines noted of it: whether its
 * time went by before the gateway, at an instance that was gone, at a gate, or in an engine.
 */
final class Slowest {

  private static final int SHOWN = 3;

  private Slowest() {}

  /**
   * As lines to print.
   *
   * @param began the fault's begin; earlier requests do not count
   * @param logs of the nodes that requests go through
   */
  static List<String> of(List<Request> requests, Duration began, List<Log> logs) {
    return requests.stream()
        .filter(request -> request.end().compareTo(began) > 0)
        .sorted(Comparator.comparing(Slowest::took).reversed())
        .limit(SHOWN)
        .flatMap(request -> lines(request, began, logs))
        .toList();
  }

  /** Where a node logs. */
  record Log(String node, Path folder) {}

  private static Stream<String> lines(Request request, Duration began, List<Log> logs) {
    String head =
        "slow: %s took %.2f s, asked %.2f s after the begin, %s by %s through %s"
            .formatted(
                request.id(),
                Round.seconds(took(request)),
                Round.seconds(request.begin().minus(began)),
                request.outcome(),
                request.servedBy().map(Object::toString).orElse("nobody"),
                request.gateway());
    return Stream.concat(
        Stream.of(head),
        logs.stream()
            .flatMap(log -> noted(log, request.id()).map(line -> "  " + log.node() + " " + line)));
  }

  private static Duration took(Request request) {
    return request.end().minus(request.begin());
  }

  /** The lines of one node that name the request, oldest first. */
  private static Stream<String> noted(Log log, String request) {
    if (!Files.isDirectory(log.folder())) {
      return Stream.empty();
    }
    try (Stream<Path> files = Files.list(log.folder())) {
      // Put aside are remuda.1.log and so on, the newest with the lowest number.
      return files
          .filter(file -> file.getFileName().toString().endsWith(".log"))
          .sorted(Comparator.comparing(Slowest::modified))
          .flatMap(file -> naming(file, request).stream())
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> naming(Path file, String request) {
    String mark = " request=" + request + " ";
    try (Stream<String> lines = Files.lines(file)) {
      return lines.filter(line -> line.contains(mark)).map(Slowest::shortened).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The time, and what was noted. */
  private static String shortened(String line) {
    int noted = line.indexOf("event=");
    int space = line.indexOf(' ');
    return noted < 0 || space < 0 ? line : line.substring(0, space + 1) + line.substring(noted);
  }

  private static long modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
