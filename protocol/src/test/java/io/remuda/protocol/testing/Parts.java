package io.remuda.protocol.testing;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the real programs that tests run against.
 *
 * <p>A program that is not there skips the test and says so; with {@code CI=true} in the
 * environment it fails the test instead, so that a green build on a prepared machine has skipped
 * nothing.
 */
public final class Parts {

  private Parts() {}

  /** Value of an environment variable that is set and not blank. */
  public static Optional<String> environment(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }

  /**
   * First executable of that name on PATH, else in the given folders; a folder may hold one "*".
   */
  public static Optional<Path> executable(String name, String... folders) {
    List<Path> candidates = new ArrayList<>();
    for (String folder : environment("PATH").orElse("").split(":", -1)) {
      if (!folder.isEmpty()) {
        candidates.add(Path.of(folder));
      }
    }
    for (String folder : folders) {
      candidates.addAll(expand(folder));
    }
    return candidates.stream()
        .map(folder -> folder.resolve(name))
        .filter(Files::isRegularFile)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Ends the test: skipped, or failed where CI=true. Never returns normally. */
  public static AssertionError missing(String part, String remedy) {
    String sentence = "skipped: no " + part + " (" + remedy + ")";
    if (environment("CI").filter("true"::equals).isPresent()) {
      return Assertions.fail("CI=true allows no skipped test; " + sentence);
    }
    return Assumptions.abort(sentence);
  }

  private static List<Path> expand(String folder) {
    int star = folder.indexOf("/*");
    if (star < 0) {
      return List.of(Path.of(folder));
    }
    Path parent = Path.of(folder.substring(0, star));
    String rest = folder.substring(star + 2);
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(parent)) {
      try (DirectoryStream<Path> children = Files.newDirectoryStream(parent)) {
        children.forEach(child -> found.add(Path.of(child + rest)));
      } catch (java.io.IOException e) {
        return List.of();
      }
    }
    // The newest version first, as far as names tell.
    Collections.sort(found, Collections.reverseOrder());
    return found;
  }
}
