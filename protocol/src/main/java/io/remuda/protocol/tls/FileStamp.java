package io.remuda.protocol.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** What a file looks like from outside: it differs when the file was changed or replaced. */
record FileStamp(FileTime changed, long size, String inode) {

  /** Of the file that {@code path} leads to; always the same one where there is none. */
  static FileStamp of(Path path) {
    try {
      BasicFileAttributes seen = Files.readAttributes(path, BasicFileAttributes.class);
      return new FileStamp(seen.lastModifiedTime(), seen.size(), String.valueOf(seen.fileKey()));
    } catch (IOException absent) {
      return new FileStamp(FileTime.fromMillis(0), 0, "");
    }
  }
}
