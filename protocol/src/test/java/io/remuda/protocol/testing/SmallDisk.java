package io.remuda.protocol.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A disk of its own for a test, in memory, small enough to be filled. */
public final class SmallDisk implements AutoCloseable {

  private static final long LIMIT_SECONDS = 60;
  private static final int STEP_BYTES = 4_096;

  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /**
   * Mounts one; skips the test where that is not allowed, and fails it with {@code CI=true}.
   *
   * @param folder becomes its root
   */
  public static SmallDisk mount(Path folder, int kibibytes) throws Exception {
    Files.createDirectories(folder);
    if (!run("mount", "-t", "tmpfs", "-o", "size=" + kibibytes + "k", "none", folder.toString())) {
      throw Parts.missing("disk of its own", "mounting one needs root");
    }
    return new SmallDisk(folder);
  }

  public Path folder() {
    return folder;
  }

  /** Leaves no room; returns the file that takes it, which may be deleted. */
  public Path fill() {
    Path filler = folder.resolve("filler");
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(new byte[STEP_BYTES]);
      }
    } catch (IOException full) {
      return filler;
    }
  }

  @Override
  public void close() {
    try {
      run("umount", "--lazy", folder.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
