package io.remuda.node.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Puts the keeper's script into an instance's folder and runs it there, with an engine to keep. */
final class KeeperLauncher {
  private final EngineSettings settings;
  private final SecureRandom random = new SecureRandom();

  KeeperLauncher(EngineSettings settings) {
    this.settings = settings;
  }

  /**
   * A keeper in a session of its own, with a nonce of its own; its engine starts in a moment.
   *
   * @param memoryMiB the engine's limit where the machine can hold it to one; 0 for none
   */
  Process launch(Path folder, CommandLine.Command command, long memoryMiB) throws IOException {
    byte[] nonce = new byte[12];
    random.nextBytes(nonce);
    List<String> line = new ArrayList<>();
    line.addAll(
        List.of(
            "setsid",
            "sh",
            script(folder).toAbsolutePath().toString(),
            "keep",
            folder.toAbsolutePath().toString(),
            Long.toString(settings.maxLogBytes()),
            settings.isolate() ? "yes" : "no",
            HexFormat.of().formatHex(nonce),
            Long.toString(memoryMiB),
            Long.toString(seconds(settings.orphanLimit()))));
    line.addAll(self());
    line.addAll(command.arguments());
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(folder.resolve("keeper.log").toFile());
    // Our own settings may hold keys; they are none of the engine's business.
    builder.environment().keySet().removeIf(name -> name.startsWith("REMUDA_"));
    builder.environment().putAll(command.environment());
    return builder.start();
  }

  /** The keeper counts whole seconds, of which 0 is for ever: a part of one is one. */
  static long seconds(Duration limit) {
    return limit.plusNanos(999_999_999).toSeconds();
  }

  /**
   * Writes to the pipe of the keeper that works in {@code folder}; opened for both, so that a dead
   * one cannot make us wait. Whether it was written.
   */
  static boolean tell(Path folder, String command) {
    Path control = folder.resolve("control");
    if (Files.isRegularFile(control)) {
      return false;
    }
    try (FileChannel pipe =
        FileChannel.open(control, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return pipe.write(ByteBuffer.wrap(command.getBytes(StandardCharsets.US_ASCII))) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Tells the keeper that works in {@code folder} that this JVM has its engine now. */
  static void own(Path folder) {
    List<String> self = self();
    tell(folder, "own " + self.get(0) + " " + self.get(1) + "\n");
  }

  /** This JVM's pid and start. */
  private static List<String> self() {
    long pid = ProcessHandle.current().pid();
    long start = new ProcTable().process(pid).map(ProcTable.Entry::startTicks).orElse(0L);
    return List.of(Long.toString(pid), Long.toString(start));
  }

  /** A new file each time: a shell reads its script while it runs it. */
  private static Path script(Path folder) throws IOException {
    Path fresh = folder.resolve("keeper.sh.tmp");
    try (InputStream script = KeeperLauncher.class.getResourceAsStream("/keeper.sh")) {
      if (script == null) {
        throw new IOException("keeper.sh is missing from the distribution");
      }
      Files.copy(script, fresh, StandardCopyOption.REPLACE_EXISTING);
    }
    Path keeper = folder.resolve("keeper.sh");
    Files.move(fresh, keeper, StandardCopyOption.ATOMIC_MOVE);
    return keeper;
  }
}
