package io.remuda.node.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.node.proto.demo.SentimentReply;
import io.remuda.node.proto.demo.SentimentRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentimentTest {
  private final Sentiment model = Sentiment.trained();

  @ParameterizedTest
  @CsvSource({
    "I love this place and the people are great,positive",
    "This is the best day of the year!,positive",
    "What a wonderful little horse,positive",
    "Not bad at all,positive",
    "I hate waiting and the service was terrible,negative",
    "It broke on the first day,negative",
    "This is not good,negative",
    "I don't like it,negative",
    "The train leaves at ten in the morning,neutral",
    "The box contains twelve pages,neutral",
    "Zxqv,neutral",
  })
  void judgesPlainSentences(String text, String label) {
    SentimentReply reply = ask(text);

    assertThat(reply.getLabel()).isEqualTo(label);
    assertThat(reply.getScore()).isBetween(0.3, 1.0);
  }

  @Test
  void refusesAnEmptyText() {
    assertThatThrownBy(() -> ask("  "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("text is empty");
  }

  @Test
  void hasASchemaThatDependsOnItsTypesOnly() {
    assertThat(model.schema().fingerprint())
        .hasSize(64)
        .isEqualTo(Sentiment.trained().schema().fingerprint());
    assertThat(model.schema().inputType()).isEqualTo("remuda.demo.SentimentRequest");
    assertThat(model.schema().outputType()).isEqualTo("remuda.demo.SentimentReply");
  }

  private SentimentReply ask(String text) {
    return (SentimentReply) model.answer(SentimentRequest.newBuilder().setText(text).build());
  }
}
