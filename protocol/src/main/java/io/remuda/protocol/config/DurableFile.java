package io.remuda.protocol.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that a crash or a loss of power leaves as they were or as they should be, never in between;
 * once a write has returned, as they should be. On a file system that cannot write folders to the
 * disk by itself, a loss of power may bring the file back as it was; that is said in the log.
 */
public final class DurableFile {

  private static final Logger log = LoggerFactory.getLogger(DurableFile.class);

  /** Writes the names that a folder holds to the disk. */
  interface FolderSync {
    void sync(Path folder) throws IOException;
  }

  private DurableFile() {}

  /** Replaces {@code file} by {@code text}, on the disk before this returns. */
  public static void write(Path file, String text) throws IOException {
    write(file, text, "rw-r--r--", DurableFile::force);
  }

  /** As {@link #write}, but nobody but the owner may read it, not even for a moment. */
  public static void writeSecret(Path file, String text) throws IOException {
    write(file, text, "rw-------", DurableFile::force);
  }

  static void write(Path file, String text, String mode, FolderSync folders) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // The bytes are on the disk; that the file's name means them now is a fact of its folder.
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      folders.sync(folder);
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      if (!isUnsupported(e)) {
        throw e;
      }
      log.warn("event=folder-not-synced folder={} reason={}", folder, e.toString());
    }
  }

  /** EINVAL, ENOSYS or EOPNOTSUPP, which the JDK tells by their words alone. */
  static boolean isUnsupported(IOException e) {
    String words = String.valueOf(e.getMessage());
    return words.contains("Invalid argument")
        || words.contains("Function not implemented")
        || words.contains("not supported");
  }
}
