package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.remuda.gateway.edge.Endpoint.End;
import io.remuda.gateway.edge.StreamGuard.Ending;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StreamGuardTest {

  private static StreamGuard after(End end, String... chunks) {
    StreamGuard guard = new StreamGuard(end);
    for (String chunk : chunks) {
      guard.add(Unpooled.copiedBuffer(chunk, StandardCharsets.UTF_8));
    }
    return guard;
  }

  @Test
  void knowsWhereAnEventEnds() {
    assertThat(after(End.DONE).betweenEvents()).isTrue();
    assertThat(after(End.DONE, "data: a\n\n").betweenEvents()).isTrue();
    assertThat(after(End.DONE, "data: a\n", "\n").betweenEvents()).isTrue();
    assertThat(after(End.DONE, "data: a\r\n\r", "\n").betweenEvents()).isTrue();
    assertThat(after(End.DONE, "data: a\n").betweenEvents()).isFalse();
    assertThat(after(End.DONE, "data: a").betweenEvents()).isFalse();
  }

  @Test
  void knowsACompleteChat() {
    assertThat(after(End.DONE, "data: x\n\ndata: [DO", "NE]\n\n").ending())
        .isEqualTo(Ending.COMPLETE);
    assertThat(after(End.DONE, "data: [DONE]").ending()).isEqualTo(Ending.COMPLETE);
    assertThat(after(End.DONE, "data: {\"finish_reason\":\"stop\"}\n\n").ending())
        .isEqualTo(Ending.WITHOUT_DONE);
    assertThat(after(End.DONE, "data: {\"error\":{}}\n\n").ending()).isEqualTo(Ending.WITHOUT_DONE);
    assertThat(after(End.DONE, "data: {\"finish_reason\":null}\n\n").ending())
        .isEqualTo(Ending.BROKEN);
    assertThat(after(End.DONE).ending()).isEqualTo(Ending.BROKEN);
  }

  @Test
  void looksAtTheEndOfALongStream() {
    StreamGuard guard = after(End.DONE);
    for (int i = 0; i < 1000; i++) {
      guard.add(Unpooled.copiedBuffer("data: " + i + "\n\n", StandardCharsets.UTF_8));
    }
    assertThat(guard.ending()).isEqualTo(Ending.BROKEN);
    guard.add(Unpooled.copiedBuffer("x".repeat(5000) + "data: [DONE]\n\n", StandardCharsets.UTF_8));
    assertThat(guard.ending()).isEqualTo(Ending.COMPLETE);
  }

  @Test
  void knowsACompleteResponseWhoseLastEventIsLong() {
    String long1 = "data: {\"type\":\"response.comp";
    String long2 = "leted\",\"response\":{\"text\":\"" + "x".repeat(5000) + "\"}}\n\n";
    String quoted = "data: {\"delta\":\"\\\"type\\\":\\\"response.completed\\\"\"}\n\n";

    assertThat(after(End.RESPONSE_COMPLETED, "data: {}\n\n", long1, long2).ending())
        .isEqualTo(Ending.COMPLETE);
    assertThat(after(End.RESPONSE_COMPLETED, quoted).ending())
        .as("what a model says is no end")
        .isEqualTo(Ending.BROKEN);
  }

  @Test
  void knowsACompleteMessageFromOneThatSpeaksOfItsEnd() {
    String said = "event: content_block_delta\ndata: {\"delta\":{\"text\":\"%s\"}}\n\n";

    assertThat(
            after(
                    End.MESSAGE_STOP,
                    said.formatted("a"),
                    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
                .ending())
        .isEqualTo(Ending.COMPLETE);
    assertThat(after(End.MESSAGE_STOP, "data: {\"type\" : \"message_stop\"}\n\n").ending())
        .isEqualTo(Ending.COMPLETE);
    assertThat(after(End.MESSAGE_STOP, said.formatted("then message_stop comes")).ending())
        .isEqualTo(Ending.BROKEN);
    assertThat(
            after(End.MESSAGE_STOP, said.formatted("{\\\"type\\\":\\\"message_stop\\\"}")).ending())
        .isEqualTo(Ending.BROKEN);
    assertThat(after(End.MESSAGE_STOP, said.formatted("a\\nevent: message_stop")).ending())
        .isEqualTo(Ending.BROKEN);
  }

  @Test
  void knowsTheEndsOfTheOtherDialects() {
    assertThat(after(End.RESPONSE_COMPLETED, "data: {\"type\":\"response.completed\"}").ending())
        .isEqualTo(Ending.COMPLETE);
    assertThat(after(End.RESPONSE_COMPLETED, "data: {\"type\":\"response.created\"}").ending())
        .isEqualTo(Ending.BROKEN);
    assertThat(after(End.MESSAGE_STOP, "event: message_stop\n").ending())
        .isEqualTo(Ending.COMPLETE);
    assertThat(after(End.MESSAGE_STOP, "event: ping\n").ending()).isEqualTo(Ending.BROKEN);
    assertThat(after(End.DONE_LINE, "{\"done\":false}\n", "{\"done\":true}\n").ending())
        .isEqualTo(Ending.COMPLETE);
    assertThat(after(End.DONE_LINE, "{\"done\":false}\n").ending()).isEqualTo(Ending.BROKEN);
    assertThat(after(End.DONE_LINE, "{\"done\":false}\n").betweenEvents()).isTrue();
    assertThat(after(End.NONE, "x").ending()).isEqualTo(Ending.COMPLETE);
  }
}
