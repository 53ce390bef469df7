package io.remuda.deploy.moves;

import io.remuda.protocol.testing.TestFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of a measurement. It goes with this JVM, whatever ends that but KILL, and after the
 * fleet in it: keepers of engines whose folder is gone could not be told to end.
 */
final class Ground {

  private Ground() {}

  static Path folder(String name) throws IOException {
    Path parent = Files.createDirectories(Path.of("target").toAbsolutePath());
    return Files.createTempDirectory(parent, name + "-");
  }

  /** Ends {@code fleet} and removes {@code folder} when this JVM ends. */
  static void leaveAtExit(SmallFleet fleet, Path folder) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(fleet, folder), "leave"));
  }

  private static void leave(SmallFleet fleet, Path folder) {
    try {
      fleet.close();
      TestFolders.remove(folder);
    } catch (Exception e) {
      System.err.println("not ended in good order, and left as it is: " + folder + ": " + e);
    }
  }
}
