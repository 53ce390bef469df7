package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.engine.LogNews.Wrong;
import io.remuda.protocol.model.Trouble.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is new in an engine's output. */
class EngineLogTest {

  @TempDir Path folder;
  private Path log;

  @BeforeEach
  void begin() {
    log = folder.resolve("engine.log");
  }

  @Test
  void eachLookGoesOnWhereTheLastOneEnded() throws IOException {
    append("one\ntwo\n");
    EngineLog.Piece first = EngineLog.since(log, 0);
    append("three\n");

    EngineLog.Piece second = EngineLog.since(log, first.next());

    assertThat(first.lines()).containsExactly("one", "two");
    assertThat(second.lines()).containsExactly("three");
    assertThat(EngineLog.since(log, second.next()).lines()).isEmpty();
  }

  @Test
  void aLineThatIsBeingWrittenIsReadWhenItIsWhole() throws IOException {
    append("one\nERR");
    EngineLog.Piece first = EngineLog.since(log, 0);
    append("OR: two\n");

    assertThat(first.lines()).containsExactly("one");
    assertThat(EngineLog.since(log, first.next()).lines()).containsExactly("ERROR: two");
  }

  @Test
  void aFileThatWasBegunAnewIsReadFromItsBeginning() throws IOException {
    append("one long line\n");
    long next = EngineLog.since(log, 0).next();

    Files.writeString(log, "new\n");

    assertThat(EngineLog.since(log, next).lines()).containsExactly("new");
  }

  @Test
  void ofMuchTheNewestIsRead() throws IOException {
    append("x".repeat(99) + "\n");
    append(("y".repeat(99) + "\n").repeat(2_000) + "last\n");

    EngineLog.Piece piece = EngineLog.since(log, 0);

    assertThat(piece.lines()).hasSizeBetween(600, 660).endsWith("last");
    assertThat(piece.lines().get(0)).as("the rest of a line is none").hasSize(99);
    assertThat(piece.next()).isEqualTo(Files.size(log));
  }

  @Test
  void aLineWithoutEndIsPassedOver() throws IOException {
    append("z".repeat(200_000));
    EngineLog.Piece first = EngineLog.since(log, 0);
    append("\nafter\n");

    assertThat(first.lines()).isEmpty();
    assertThat(EngineLog.since(log, first.next()).lines()).endsWith("after");
  }

  @Test
  void aFileThatIsNotThereHasNothing() {
    assertThat(EngineLog.since(log, 7)).isEqualTo(new EngineLog.Piece(7, List.of()));
  }

  @Test
  void coloursAreNoPartOfALine() throws IOException {
    append("\u001B[31mERROR\u001B[0m: broken\nall is well\n");

    assertThat(LogNews.of(EngineLog.since(log, 0), LogFormat.USUAL).wrong())
        .containsExactly(new Wrong(Level.ERROR, "ERROR: broken"));
  }

  private void append(String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
