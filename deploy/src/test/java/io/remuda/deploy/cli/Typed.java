package io.remuda.deploy.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** What one command line printed, and how it ended. */
public record Typed(int exit, String out, String err) {

  static Typed line(String... args) {
    return in(Map.of(), Path.of("/nonexistent"), "", args);
  }

  public static Typed in(Map<String, String> environment, Path home, String stdin, String... args) {
    return in(environment, home, stdin, false, args);
  }

  /** While a person looks at stderr. */
  static Typed onTerminal(Map<String, String> environment, Path home, String... args) {
    return in(environment, home, "", true, args);
  }

  private static Typed in(
      Map<String, String> environment, Path home, String stdin, boolean terminal, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings world =
        new Surroundings(
            new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            environment,
            home,
            terminal);
    int exit = Main.run(world, args);
    return new Typed(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
