package io.remuda.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {

  @TempDir Path folder;

  @Test
  void theFoldersNamesGoToTheDiskOnceTheNameIsTheNewFiles() throws Exception {
    Path file = folder.resolve("lease.json");
    DurableFile.write(file, "old");
    List<String> seen = new ArrayList<>();

    DurableFile.write(
        file, "new", "rw-r--r--", synced -> seen.add(synced + " " + Files.readString(file)));

    assertThat(seen).containsExactly(folder + " new");
  }

  @Test
  void aFolderThatIsNotOnTheDiskIsAWriteThatFailed() {
    assertThatThrownBy(
            () ->
                DurableFile.write(
                    folder.resolve("lease.json"),
                    "new",
                    "rw-r--r--",
                    synced -> {
                      throw new IOException("Input/output error");
                    }))
        .isInstanceOf(IOException.class);
  }

  @Test
  void onlyAFileSystemThatCannotSyncFoldersIsForgiven() {
    assertThat(DurableFile.isUnsupported(new IOException("Invalid argument"))).isTrue();
    assertThat(DurableFile.isUnsupported(new IOException("Operation not supported"))).isTrue();
    assertThat(DurableFile.isUnsupported(new IOException("Input/output error"))).isFalse();
    assertThat(DurableFile.isUnsupported(new IOException())).isFalse();
  }

  @Test
  void leavesNothingButTheFile() throws Exception {
    DurableFile.write(folder.resolve("a"), "text");

    assertThat(folder).isDirectoryContaining(each -> each.endsWith("a"));
    try (var all = Files.list(folder)) {
      assertThat(all).hasSize(1);
    }
  }
}
