package io.remuda.deploy.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The Node project with the official clients, copied to target/ and installed there by its lock
 * file. Says "skipped: no Node.js" where it cannot be had, and fails in CI.
 */
public final class NodeProject {

  private static final Path SOURCE = Path.of("src", "test", "node");
  private static final long INSTALL_MINUTES = 5;
  private static final long RUN_MINUTES = 2;

  private final Path directory;

  private NodeProject(Path directory) {
    this.directory = directory;
  }

  public static NodeProject installed() throws IOException, InterruptedException {
    if (!works("node", "--version") || !works("npm", "--version")) {
      throw Parts.missing("Node.js", "install nodejs and npm");
    }
    Path target = Files.createDirectories(Path.of("target", "node").toAbsolutePath());
    try (var files = Files.list(SOURCE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    NodeProject project = new NodeProject(target);
    Path lock = target.resolve("package-lock.json");
    Path installed = target.resolve("node_modules").resolve("installed-lock.json");
    if (!Files.isRegularFile(installed) || Files.mismatch(lock, installed) >= 0) {
      project.run(
          Map.of(),
          INSTALL_MINUTES,
          List.of("npm", "ci", "--prefer-offline", "--no-audit", "--no-fund"));
      Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
    }
    return project;
  }

  /** Runs one file of tests; fails with what it printed when one of them fails. */
  public void test(String file, Map<String, String> environment)
      throws IOException, InterruptedException {
    run(environment, RUN_MINUTES, List.of("node", "--test", "--test-reporter=spec", file));
  }

  private void run(Map<String, String> environment, long minutes, List<String> command)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile(directory, "run", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String output = Files.readString(log);
    assertThat(ended).as("ended within %d min:%n%s", minutes, output).isTrue();
    assertThat(process.exitValue()).as("%s printed:%n%s", command, output).isZero();
  }

  private static boolean works(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException absent) {
      return false;
    }
  }
}
