package io.remuda.protocol.testing;

import java.nio.file.Path;

/** Folders that more than one test uses, so that no test can own them. */
public final class TestFolders {

  private TestFolders() {}

  /** A new empty one under the module's target folder; it is removed when this JVM exits. */
  public static Path untilExit(String name) {
    Path folder = ServerProcess.newFolder(name, ServerProcess.target());
    ServerProcess.removeAtExit(folder);
    return folder;
  }

  /** Removes a folder with what is in it. */
  public static void remove(Path folder) {
    ServerProcess.remove(folder);
  }
}
