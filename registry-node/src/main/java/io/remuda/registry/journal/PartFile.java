package io.remuda.registry.journal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.regex.Pattern;

/** What a backup is written to until it is whole: a file beside its own, for its owner alone. */
final class PartFile {

  /** One that nothing was written to for so long is nobody's any more. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private static final SecureRandom RANDOM = new SecureRandom();

  private PartFile() {}

  /** The name of a new one, of one backup alone: another to the same file may be under way. */
  static Path of(Path file) {
    return file.resolveSibling("%s.%08x.part".formatted(file.getFileName(), RANDOM.nextInt()));
  }

  static void create(Path part) throws IOException {
    // Hashes of keys are in it.
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** Removes what earlier backups to {@code file} left that were killed. */
  static void sweep(Path file, Instant now) throws IOException {
    Pattern name = Pattern.compile(Pattern.quote(file.getFileName() + ".") + "[0-9a-f]{8}\\.part");
    Path folder =
        Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a folder");
    try (DirectoryStream<Path> parts =
        Files.newDirectoryStream(
            folder, path -> name.matcher(path.getFileName().toString()).matches())) {
      for (Path part : parts) {
        if (Files.getLastModifiedTime(part).toInstant().isBefore(now.minus(ABANDONED))) {
          remove(part);
        }
      }
    }
  }

  private static void remove(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      // Somebody else's; a backup is worth more than a tidy folder.
    }
  }
}
