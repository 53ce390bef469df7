package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The process that reads is this one, and what it is seen in the system's own /proc. */
@EnabledOnOs(OS.LINUX)
class FilesReadTest {

  private static final int SIZE = 4 << 20;
  private static final Path PROC = Path.of("/proc");
  private static final List<Long> ME = List.of(ProcessHandle.current().pid());

  @TempDir Path given;
  private Path folder;

  @BeforeEach
  void resolve() throws Exception {
    folder = given.toRealPath();
  }

  private Path file(String name) throws Exception {
    return Files.write(folder.resolve(name), new byte[SIZE]);
  }

  private static FilesRead seen(Path model) {
    return FilesRead.of(PROC, ME, model).orElseThrow();
  }

  @Test
  void seesHowFarInItsFileAProcessIsThatReadsIt() throws Exception {
    Path file = file("a model.gguf");
    assertThat(seen(file)).isEqualTo(new FilesRead(0, SIZE));
    try (InputStream in = Files.newInputStream(file)) {
      in.readNBytes(SIZE / 4);

      assertThat(seen(file)).isEqualTo(new FilesRead(SIZE / 4, SIZE));
    }
  }

  @Test
  void seesWhatOfAMappedFileIsInMemory() throws Exception {
    Path file = file("mapped model.gguf");
    try (FileChannel channel = FileChannel.open(file)) {
      MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, SIZE);
      mapped.load();

      assertThat(seen(file)).isEqualTo(new FilesRead(SIZE, SIZE));
      assertThat(mapped.get(0)).isZero();
    }
  }

  @Test
  void aSplitModelIsAllOfItsPartsAndAFolderItsWeights() throws Exception {
    Path first = file("m-00001-of-00002.gguf");
    file("m-00002-of-00002.gguf");
    file("m-00001-of-00003.gguf");
    file("other.gguf");
    file("config.json");
    try (InputStream in = Files.newInputStream(first)) {
      in.readNBytes(SIZE);

      assertThat(seen(first)).isEqualTo(new FilesRead(SIZE, 2L * SIZE));
      assertThat(seen(folder)).isEqualTo(new FilesRead(SIZE, 4L * SIZE));
    }
  }

  @Test
  void saysNothingOfWhatIsNotHereAndNoProcessIsNoProblem() throws Exception {
    assertThat(FilesRead.of(PROC, ME, folder.resolve("none.gguf"))).isEqualTo(Optional.empty());
    assertThat(FilesRead.of(PROC, List.of(0L), file("m.gguf"))).contains(new FilesRead(0, SIZE));
  }
}
