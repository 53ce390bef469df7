package io.remuda.node.gpu;

import io.remuda.protocol.model.Gpu;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shares the GPUs of one host out among its agents: each GPU belongs to the first agent that locks
 * its file, until that agent's process ends, however it ends.
 */
public final class GpuLocks implements AutoCloseable {
  private final Path folder;
  private final Map<String, FileLock> held = new HashMap<>();

  public GpuLocks(Path folder) {
    this.folder = folder;
  }

  /** Those of {@code gpus} that are this agent's; ones declared without a driver always are. */
  public synchronized List<Gpu> ours(List<Gpu> gpus) throws IOException {
    Files.createDirectories(folder);
    open(folder, "rwxrwxrwx");
    return gpus.stream().filter(gpu -> gpu.declared() || isOurs(gpu.uuid())).toList();
  }

  private boolean isOurs(String uuid) {
    if (held.containsKey(uuid)) {
      return true;
    }
    if (!uuid.matches("[A-Za-z0-9-]{1,100}")) {
      return false;
    }
    Path file = folder.resolve(uuid + ".lock");
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      open(file, "rw-rw-rw-");
    } catch (IOException e) {
      return false;
    }
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        held.put(uuid, lock);
        return true;
      }
    } catch (IOException | OverlappingFileLockException e) {
      // Another agent of this JVM or of this host has it.
    }
    close(channel);
    return false;
  }

  /** Agents of other users have to be able to lock too; only the owner of a file may say so. */
  private static void open(Path path, String permissions) {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    } catch (IOException | UnsupportedOperationException e) {
      // It is another user's, who did it already.
    }
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was written to it.
    }
  }

  @Override
  public synchronized void close() {
    held.values().forEach(lock -> close(lock.channel()));
    held.clear();
  }
}
