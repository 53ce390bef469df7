package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command that runs under a lease, with what it needs to use it in its environment. */
final class LeasedCommand {

  /** What a command gets to end whose lease has ended, before it is killed. */
  private static final long GRACE_SECONDS = 10;

  private LeasedCommand() {}

  /** Runs it to its end, and returns its exit code; the lease is the caller's to release. */
  static int run(
      Target target, Api api, JsonNode lease, List<String> command, CommandSignals signals) {
    Process process = start(api, lease, command);
    signals.passTo(process);
    try (LeaseKeeper keeper = LeaseKeeper.start(target, api, lease, () -> end(process))) {
      return awaited(process);
    }
  }

  private static Process start(Api api, JsonNode lease, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    Map<String, String> environment = builder.environment();
    environment.put("OPENAI_BASE_URL", lease.path("endpoint").asText());
    environment.put("REMUDA_LEASE", lease.path("id").asText() + "." + lease.path("token").asText());
    environment.put("REMUDA_URL", api.url().toString());
    api.authority().ifPresent(file -> environment.put("REMUDA_CACERT", file.toString()));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new CliFailure(
          Exit.FAILURE,
          "cannot start '" + command.get(0) + "': is it there, and may it be run? (" + e + ")",
          e);
    }
  }

  /** Nothing but its own end ends the wait: whoever interrupts is waited for, too. */
  private static int awaited(Process process) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Asks it to end, and kills it when it has not after a while. */
  private static void end(Process process) {
    process.destroy();
    var unused =
        process
            .onExit()
            .orTimeout(GRACE_SECONDS, TimeUnit.SECONDS)
            .exceptionally(
                late -> {
                  process.destroyForcibly();
                  return process;
                });
  }
}
