package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import example.text.TextReply;
import example.text.TextRequest;
import io.remuda.node.sdk.BadInput;
import org.junit.jupiter.api.Test;

class TextStatsTest {
  private final TextStats model = new TextStats();

  @Test
  void countsWordsAndSentences() {
    TextReply reply =
        model.predict(
            TextRequest.newBuilder().setText("A herd is a herd. Is it?").setMost(2).build());

    assertEquals(7, reply.getWords());
    assertEquals(2, reply.getSentences());
    assertEquals(3.5, reply.getWordsPerSentence());
    assertEquals("a", reply.getCommonest(0).getWord());
    assertEquals(2, reply.getCommonest(0).getCount());
    assertEquals(2, reply.getCommonestCount());
  }

  @Test
  void refusesAnEmptyText() {
    assertThrows(BadInput.class, () -> model.predict(TextRequest.getDefaultInstance()));
  }
}
