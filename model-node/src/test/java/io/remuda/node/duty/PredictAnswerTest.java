package io.remuda.node.duty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.netty.buffer.Unpooled;
import io.remuda.node.task.TypedModel.NotBegun;
import io.remuda.node.task.TypedModel.Rejected;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PredictAnswerTest {
  private final CompletableFuture<ByteString> answer = new CompletableFuture<>();
  private final PredictAnswer sink = new PredictAnswer(answer, 10, "protobuf", percent -> {});

  private void head(int status, String type) {
    sink.onHead(status, List.of(Map.entry("content-type", type)));
  }

  private void bytes(String text) {
    sink.onBytes(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Throwable failure() {
    try {
      answer.getNow(ByteString.EMPTY);
    } catch (java.util.concurrent.CompletionException e) {
      return java.util.Objects.requireNonNull(e.getCause());
    }
    throw new AssertionError("it did not fail: " + answer);
  }

  @Test
  void putsThePiecesTogether() {
    head(200, "application/x-protobuf");
    bytes("12345");
    bytes("67890");
    sink.onEnd();

    assertThat(answer.getNow(ByteString.EMPTY).toStringUtf8()).isEqualTo("1234567890");
  }

  @Test
  void anAnswerOfDefaultsOnlyIsEmpty() {
    head(200, "application/x-protobuf");
    sink.onEnd();

    assertThat(answer).isCompletedWithValue(ByteString.EMPTY);
  }

  @Test
  void oneByteTooManyIsRejectedAtOnce() {
    head(200, "application/x-protobuf");
    bytes("1234567890");
    assertThat(answer).isNotDone();
    bytes("1");

    assertThat(failure())
        .isInstanceOf(Rejected.class)
        .hasMessageContaining("remuda.tasks.max-result-size");
    bytes("more");
    sink.onEnd();
  }

  @Test
  void aBadInputIsRejectedInTheModelsWords() {
    PredictAnswer wide = new PredictAnswer(answer, 1_000, "protobuf", percent -> {});
    wide.onHead(400, List.of(Map.entry("content-type", "application/json")));
    wide.onBytes(
        Unpooled.wrappedBuffer(
            "{\"error\":{\"message\":\"text is \\\"empty\\\"\"}}"
                .getBytes(StandardCharsets.UTF_8)));
    wide.onEnd();

    assertThat(failure()).isInstanceOf(Rejected.class).hasMessage("text is \"empty\"");
  }

  @Test
  void aModelsOwnFailureIsNotARejectionAndTellsNothingOfTheInput() {
    head(500, "text/plain");
    bytes("canary");
    sink.onEnd();

    assertThat(failure())
        .isNotInstanceOf(Rejected.class)
        .hasMessage("the model answered with status 500");
    assertThatThrownBy(answer::join).hasMessageNotContaining("canary");
  }

  @Test
  void anEngineThatHasGoneIsAFailureWithItsReason() {
    sink.onSent();
    sink.onFailure(Refused.of(ErrorCode.ENGINE_GONE, "the engine of m-1 died"), false);

    assertThat(failure())
        .isNotInstanceOfAny(Rejected.class, NotBegun.class)
        .hasMessage("the engine of m-1 died");
  }

  @Test
  void whatTheEngineWasNeverSentWasNotBegun() {
    sink.onFailure(Refused.of(ErrorCode.ENGINE_GONE, "it takes no connections"), true);

    assertThat(failure()).isInstanceOf(NotBegun.class).hasMessage("it takes no connections");
  }

  @Test
  void whatAModelThrowsIsNotPassedOn() {
    sink.onSent();
    sink.onFailure(Refused.of(ErrorCode.ENGINE_FAILED, "boom: canary"), false);

    assertThat(failure()).hasMessage("the model threw an exception");
  }
}
