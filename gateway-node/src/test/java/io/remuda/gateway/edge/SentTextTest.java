package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.dialect.AnswerKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of a stream, however its bytes are cut. */
class SentTextTest {

  private static final String EVENTS =
      ": ping\n\n"
          + "data: {\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n"
          + "data: {\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"caf\u00e9\"}}]}\r\n\r\n"
          + "data: {\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" \\n\\n\"}}]}\n\n";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64, 10_000})
  void onlyWholeEventsAreLetThroughAndNoByteIsLost(int most) {
    SentText sent = new SentText(AnswerKind.CHAT, 1024);
    byte[] all = (EVENTS + "data: {\"half").getBytes(StandardCharsets.UTF_8);
    StringBuilder passed = new StringBuilder();

    for (int at = 0; at < all.length; at += most) {
      byte[] part = Arrays.copyOfRange(all, at, Math.min(all.length, at + most));
      ByteBuf whole = sent.whole(Unpooled.wrappedBuffer(part));
      passed.append(whole.toString(StandardCharsets.UTF_8));
      whole.release();
      assertThat(passed.isEmpty() || passed.toString().matches("(?s).*(\n\n|\r\n\r\n)")).isTrue();
    }

    assertThat(passed).hasToString(EVENTS);
    assertThat(sent.text()).isEqualTo("caf\u00e9 \n\n");
    assertThat(sent.tokens()).isEqualTo(2);
    assertThat(sent.objection()).isEmpty();
    assertThat(sent.rest().toString(StandardCharsets.UTF_8)).isEqualTo("data: {\"half");
  }

  @Test
  void anEventThatNeverEndsIsNotHeldForEver() {
    SentText sent = new SentText(AnswerKind.CHAT, 100);
    String part = "data: " + "x".repeat(60);

    assertThat(sent.whole(bytes(part)).readableBytes()).isZero();
    assertThat(sent.whole(bytes(part)).toString(StandardCharsets.UTF_8)).isEqualTo(part + part);
    assertThat(sent.objection()).isPresent();
    assertThat(sent.whole(bytes(part)).toString(StandardCharsets.UTF_8)).isEqualTo(part);
  }

  @Test
  void whatIsHeldIsFreed() {
    SentText sent = new SentText(AnswerKind.CHAT, 1000);
    ByteBuf held = Unpooled.directBuffer();
    held.writeBytes(bytes("data: {"));
    sent.whole(held).release();

    sent.release();

    assertThat(held.refCnt()).isZero();
  }

  @Test
  void anEventThatIsCutKeepsNoneOfThoseThatCameBeforeIt() {
    SentText sent = new SentText(AnswerKind.CHAT, 1000);
    for (int i = 0; i < 3; i++) {
      // Each ends the event that the one before has begun.
      String cut = (i == 0 ? "" : "}\n\n") + "data: {}\n\ndata: {";
      ByteBuf came = Unpooled.directBuffer();
      came.writeBytes(bytes(cut));

      sent.whole(came).release();

      assertThat(came.refCnt()).as("part %d", i).isZero();
    }
    assertThat(sent.rest().toString(StandardCharsets.UTF_8)).isEqualTo("data: {");
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }
}
