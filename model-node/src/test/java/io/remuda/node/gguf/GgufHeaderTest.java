package io.remuda.node.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufHeaderTest {
  @TempDir Path folder;

  @Test
  void readsBackWhatWasWritten() throws Exception {
    // given
    Path file = demo();

    // when
    GgufHeader header = GgufHeader.read(file);

    // then
    assertThat(header.version()).isEqualTo(3);
    assertThat(header.architecture()).isEqualTo("llama");
    assertThat(header.number("block_count")).hasValue(1);
    assertThat(header.vocabulary()).isEqualTo(BigramModel.ofDemoCorpus().vocabulary());
    assertThat(header.tensors()).hasSize(12);
    assertThat(header.weightBytes()).isLessThanOrEqualTo(Files.size(file) - header.dataOffset());
    assertThat(header.text("general.name")).contains("remuda-demo");
  }

  @Test
  void refusesAFileThatWasCutShortAndNamesTheTensor() throws Exception {
    byte[] whole = Files.readAllBytes(demo());

    assertThatThrownBy(() -> GgufHeader.read(write(Arrays.copyOf(whole, whole.length - 4000))))
        .isInstanceOf(BadModelFile.class)
        .hasMessageContaining("ends beyond the end of the file")
        .hasMessageContaining("fetch it again");
  }

  @Test
  void refusesEveryCutOfTheHeaderWithASentence() throws Exception {
    byte[] whole = Files.readAllBytes(demo());

    for (int length = 0; length < 9_000; length += 13) {
      Path cut = write(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> GgufHeader.read(cut)).isInstanceOf(BadModelFile.class);
    }
  }

  @Test
  void survivesAnyDamagedHeader() throws Exception {
    // given
    byte[] whole = Arrays.copyOf(Files.readAllBytes(demo()), 40_000);
    SplittableRandom random = new SplittableRandom(7);

    for (int round = 0; round < 300; round++) {
      // when
      byte[] damaged = whole.clone();
      for (int change = 0; change < 5; change++) {
        damaged[random.nextInt(9_000)] = (byte) random.nextInt(256);
      }
      Path file = write(damaged);

      // then
      assertThatThrownBy(() -> GgufHeader.read(file)).isInstanceOf(BadModelFile.class);
    }
  }

  @Test
  void refusesAbsurdCountsWithoutReservingMemoryForThem() throws Exception {
    ByteBuffer header = start(3).putLong(1L << 40).putLong(3);

    assertThatThrownBy(() -> GgufHeader.read(write(header)))
        .hasMessageContaining("claims 1099511627776 tensors");
  }

  @Test
  void refusesAStringLongerThanTheFile() throws Exception {
    ByteBuffer header = start(3).putLong(0).putLong(1);
    text(header, "general.name").putInt(GgufHeader.STRING).putLong(Long.MAX_VALUE);

    assertThatThrownBy(() -> GgufHeader.read(write(header)))
        .hasMessageContaining("general.name claims a length of 9223372036854775807");
  }

  @Test
  void refusesATensorBeyondTheFile() throws Exception {
    ByteBuffer header = start(3).putLong(1).putLong(0);
    text(header, "w").putInt(1).putLong(64).putInt(0).putLong(1L << 50);

    assertThatThrownBy(() -> GgufHeader.read(write(header)))
        .hasMessageContaining("tensor w ends beyond the end of the file");
  }

  @Test
  void refusesDimensionsThatOverflow() throws Exception {
    ByteBuffer header = start(3).putLong(1).putLong(0);
    text(header, "w").putInt(2).putLong(1L << 40).putLong(1L << 40).putInt(0).putLong(0);

    assertThatThrownBy(() -> GgufHeader.read(write(header)))
        .hasMessageContaining("impossible dimension");
  }

  @Test
  void refusesAnOlderVersionAndAnotherFormat() throws Exception {
    assertThatThrownBy(() -> GgufHeader.read(write(start(1).putLong(0).putLong(0))))
        .hasMessageContaining("GGUF version 1, known are 2 and 3");
    assertThatThrownBy(
            () ->
                GgufHeader.read(
                    write("PK and more than 24 bytes of it".getBytes(StandardCharsets.US_ASCII))))
        .hasMessageContaining("does not begin with GGUF");
  }

  @Test
  void readsVersionTwo() throws Exception {
    ByteBuffer header = start(2).putLong(0).putLong(1);
    text(header, "general.architecture").putInt(GgufHeader.STRING);
    text(header, "llama");

    assertThat(GgufHeader.read(write(header)).architecture()).isEqualTo("llama");
  }

  private Path demo() throws IOException {
    Path file = folder.resolve("demo.gguf");
    if (!Files.exists(file)) {
      BigramModel.ofDemoCorpus().writeGguf(file);
    }
    return file;
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("damaged.gguf"), bytes);
  }

  private Path write(ByteBuffer header) throws IOException {
    return write(Arrays.copyOf(header.array(), Math.max(64, header.position())));
  }

  private static ByteBuffer start(int version) {
    return ByteBuffer.allocate(512)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("GGUF".getBytes(StandardCharsets.US_ASCII))
        .putInt(version);
  }

  private static ByteBuffer text(ByteBuffer header, String text) {
    return header.putLong(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
  }
}
