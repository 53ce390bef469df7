package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.edge.Metering.Taken;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a request is counted for, however far its answer came. */
class TallyTest {

  private static final int BODY = 400;
  private static final String START =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":"
          + "{\"input_tokens\":5,\"output_tokens\":1}}}\n\n";
  private static final String DELTA =
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
          + "{\"type\":\"text_delta\",\"text\":\"word\"}}\n\n";

  private final Tally tally = new Tally();

  /** One call, of whose answer so much comes before its client goes. */
  private void call(Consumer<InferenceSink> answer) {
    InferencePort engine =
        (request, sink) -> {
          answer.accept(sink);
          return new InferenceCall() {
            @Override
            public void cancel() {}

            @Override
            public void pause() {}

            @Override
            public void resume() {}
          };
        };
    tally
        .over(engine, false)
        .call(
            new InferenceRequest(
                new InstanceId(new ModelName("chat"), 1),
                "POST",
                "/v1/chat/completions",
                List.of(),
                Unpooled.EMPTY_BUFFER,
                "chat",
                "r1",
                true,
                Runnable::run),
            new Dropped());
  }

  private static void head(InferenceSink sink, int status, String type) {
    sink.onHead(status, List.of(Map.entry("content-type", type)));
  }

  private static void bytes(InferenceSink sink, String text) {
    sink.onBytes(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
  }

  @Test
  void oneWhoseClientWentBeforeAByteCameReadItsQuestion() {
    call(sink -> {});

    assertThat(tally.taken(BODY, true, false)).isEqualTo(new Taken(100, 0, 0, false));
  }

  @Test
  void oneThatWasRefusedOrNeverBegunTakesNothing() {
    call(sink -> head(sink, 400, "application/json"));
    call(sink -> sink.onFailure(Refused.of(ErrorCode.ENGINE_FAILED, "takes none"), true));

    assertThat(tally.taken(BODY, true, false)).isEqualTo(Taken.NOTHING);
  }

  @Test
  void theCountThatAStreamBeginsWithIsNotTakenForItsLast() {
    call(
        sink -> {
          head(sink, 200, "text/event-stream");
          bytes(sink, START + DELTA.repeat(10));
        });

    assertThat(tally.taken(BODY, true, true)).isEqualTo(new Taken(5, 10, 0, false));
  }

  @Test
  void theLastCountOfAStreamThatEndedIsTheEnginesWord() {
    call(
        sink -> {
          head(sink, 200, "text/event-stream");
          bytes(sink, START + DELTA.repeat(10));
          bytes(sink, "event: message_delta\ndata: {\"usage\":{\"output_tokens\":17}}\n\n");
          sink.onEnd();
        });

    assertThat(tally.taken(BODY, true, true)).isEqualTo(new Taken(5, 17, 0, true));
  }

  @Test
  void anEmbeddingWritesNoTokensThoughItsEngineTellsNone() {
    call(
        sink -> {
          head(sink, 200, "application/json");
          bytes(sink, "{\"data\":[{\"embedding\":[" + "0.125,".repeat(1_000) + "0]}]}");
          sink.onEnd();
        });

    assertThat(tally.taken(BODY, false, false)).isEqualTo(new Taken(100, 0, 0, false));
  }

  /** A client of whom nothing is known. */
  private static final class Dropped implements InferenceSink {
    @Override
    public void onLoad(int requests) {}

    @Override
    public void onHead(int status, List<Map.Entry<String, String>> headers) {}

    @Override
    public void onBytes(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void onEnd() {}

    @Override
    public void onFailure(Refused reason, boolean safeToRetry) {}
  }
}
