package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.model.Loading;
import io.remuda.protocol.model.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client hears while its request is held. */
class HeldProgressTest {

  private static final String STREAM = "{\"model\":\"chat\",\"stream\":true}";

  private final HeldStage stage = new HeldStage();
  private final InferenceHandler handler = stage.handler("progress-comment = 0s");

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void aStreamThatWaitsIsToldHowFarItsModelIs() {
    stage.route("chat-1", Phase.STARTING);
    AnswerInProgress answer = stage.start(handler, STREAM, HeldStage.LONG);

    answer.look();
    stage.route("chat-1", Phase.WARMING, 27);
    answer.look();

    assertThat(stage.clients.get(0).said)
        .containsExactly(
            "200", ": loading phase=STARTING\n\n", ": loading phase=WARMING percent=27\n\n");
  }

  @Test
  void bytesAndTheTimeThatIsLeftAreToldWhereItsMachineKnowsThem() {
    Loading seen = new Loading(1_200, 4_700, Optional.of(Duration.ofSeconds(12)));
    Loading unseen = new Loading(0, 0, Optional.of(Duration.ofSeconds(8)));
    stage.route("chat-1", Phase.WARMING, 25, Optional.of(seen));
    AnswerInProgress answer = stage.start(handler, STREAM, HeldStage.LONG);

    answer.look();
    stage.route("chat-1", Phase.WARMING, 40, Optional.of(unseen));
    answer.look();

    assertThat(stage.clients.get(0).said)
        .containsExactly(
            "200",
            ": loading phase=WARMING percent=25 bytes=1200/4700 left=12s\n\n",
            ": loading phase=WARMING percent=40 left=8s\n\n");
  }

  @Test
  void theAnswerFollowsTheCommentsAsOneStream() {
    stage.route("chat-1", Phase.STARTING);
    AnswerInProgress answer = stage.start(handler, STREAM, HeldStage.LONG);
    answer.look();

    stage.route("chat-1", Phase.READY);
    answer.look();
    InferenceSink engine = stage.working.remove();
    engine.onHead(200, List.of(Map.entry("content-type", "text/event-stream")));
    engine.onBytes(Unpooled.copiedBuffer("data: [DONE]\n\n", StandardCharsets.UTF_8));
    engine.onEnd();

    assertThat(stage.clients.get(0).said)
        .containsExactly("200", ": loading phase=STARTING\n\n", "data: [DONE]\n\n", "end");
  }

  @Test
  void aRefusalAfterCommentsIsAnEvent() throws Exception {
    stage.route("chat-1", Phase.STARTING);
    stage.start(handler, STREAM, HeldStage.LONG).look();

    handler.waitingRoom().close();

    assertThat(stage.clients.get(0).said).first().isEqualTo("200");
    assertThat(stage.clients.get(0).said.get(2)).startsWith("data: ").contains("shutting_down");
  }

  @Test
  void whoeverWantsNoStreamHearsNothingUntilItsAnswer() {
    stage.route("chat-1", Phase.STARTING);

    stage.start(handler, HeldStage.LONG).look();

    assertThat(stage.clients.get(0).said).isEmpty();
  }

  @Test
  void aStreamThatHasWaitedForAMomentOnlyHearsNothing() {
    InferenceHandler patient = stage.handler("progress-comment = 10m");
    stage.route("chat-1", Phase.STARTING);

    stage.start(patient, STREAM, Duration.ofMinutes(5)).look();

    assertThat(stage.clients.get(0).said).isEmpty();
  }
}
