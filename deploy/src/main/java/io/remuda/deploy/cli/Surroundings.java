package io.remuda.deploy.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command sees of the world around it, so that a test can give it another one.
 *
 * @param out data, and nothing else
 * @param err everything that is not data
 * @param terminal whether a person looks at {@code err} as it is written
 * @param home of the user, where the command line's own settings lie
 */
public record Surroundings(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Path home,
    boolean terminal) {

  public Surroundings {
    environment = Map.copyOf(environment);
  }

  /** Those of this process. */
  static Surroundings ofThisProcess() {
    return new Surroundings(
        System.in,
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        System.getenv(),
        Path.of(System.getProperty("user.home", ".")),
        System.console() != null);
  }
}
