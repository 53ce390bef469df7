package io.remuda.deploy.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A block of commands, typed into a shell of its own that stops at the first failure. */
final class Typed {

  /** For a Maven build with its tests, too. */
  private static final long LIMIT_SECONDS = 300;

  private Typed() {}

  /** Types {@code block} in {@code folder} and returns all that it printed. */
  static String block(Path folder, Map<String, String> environment, String block) {
    try {
      Path printed = Files.createTempFile(folder, "typed", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder("bash", "-c", "set -e\n" + block)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(printed.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("REMUDA_"));
      builder.environment().putAll(environment);
      Process process = builder.start();
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      String text = Files.readString(printed);
      if (!ended || process.exitValue() != 0) {
        throw new AssertionError(
            (ended ? "it ended with " + process.exitValue() : "it did not end")
                + "; typed:\n"
                + block
                + "\nprinted:\n"
                + text);
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Types {@code block} and returns the variables of ours that it exported. */
  static Map<String, String> exports(Path folder, Map<String, String> environment, String block) {
    String mark = "--- exported ---";
    String text = block(folder, environment, block + "\necho '" + mark + "'\nenv\n");
    return text.substring(text.indexOf(mark))
        .lines()
        .filter(line -> line.matches("REMUDA_[A-Z_]+=.*"))
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.indexOf('=')),
                line -> line.substring(line.indexOf('=') + 1)));
  }
}
