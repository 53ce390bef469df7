package io.remuda.node.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TokenMeterTest {

  private static final String STREAM =
      "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\n\n"
          + ": keep-alive\n\n"
          + "data: {\"choices\":[{\"delta\":{\"content\":\"say data: twice\"}}]}\n\n"
          + "data: {\"choices\":[{\"delta\":{\"content\":\"\\ndata:\"}}]}\n\n"
          + "data: {\"choices\":[],\"usage\":{\"completion_tokens\":17,\"prompt_tokens\":5}}\n\n"
          + "data: [DONE]\n\n";

  @Property(tries = 300)
  void countsTheSameWhereverTheChunksAreCut(
      @ForAll @Size(max = 40) java.util.List<@IntRange(min = 1, max = 30) Integer> cuts) {
    TokenMeter meter = new TokenMeter(true);
    byte[] bytes = STREAM.getBytes(StandardCharsets.UTF_8);
    int at = 0;
    for (int cut : cuts) {
      int end = Math.min(bytes.length, at + cut);
      meter.add(Unpooled.wrappedBuffer(bytes, at, end - at), 1);
      at = end;
    }
    meter.add(Unpooled.wrappedBuffer(bytes, at, bytes.length - at), 2);

    assertThat(meter.events()).isEqualTo(5);
    assertThat(meter.completionTokens()).isEqualTo(17);
    assertThat(meter.promptTokens()).hasValue(5);
  }

  @Test
  void doesNotTakeAnEmptyRoleForTheFirstToken() {
    TokenMeter meter = new TokenMeter(true);
    String[] events = STREAM.split("(?<=\n\n)", -1);

    meter.add(Unpooled.copiedBuffer(events[0], StandardCharsets.UTF_8), 10);
    assertThat(meter.firstByteAt()).isEqualTo(10);
    assertThat(meter.firstTokenAt()).isZero();
    meter.add(Unpooled.copiedBuffer(events[2], StandardCharsets.UTF_8), 20);
    meter.add(Unpooled.copiedBuffer(events[3], StandardCharsets.UTF_8), 30);

    assertThat(meter.firstTokenAt()).isEqualTo(20);
    assertThat(meter.lastTokenAt()).isEqualTo(30);
  }

  @Test
  void readsTheUsageOfACompleteAnswer() {
    TokenMeter meter = new TokenMeter(false);
    meter.add(
        Unpooled.copiedBuffer(
            "x".repeat(5000) + "\"usage\":{\"prompt_tokens\": 9,\"completion_tokens\":12}}",
            StandardCharsets.UTF_8),
        1);

    assertThat(meter.completionTokens()).isEqualTo(12);
    assertThat(meter.promptTokens()).hasValue(9);
    assertThat(meter.events()).isZero();
  }

  @Test
  void countsEventsWhereTheEngineSaysNothingOfTokens() {
    TokenMeter meter = new TokenMeter(true);
    meter.add(
        Unpooled.copiedBuffer(
            "data: {\"role\"}\n\ndata: a\n\ndata: b\n\ndata: [DONE]\n\n", StandardCharsets.UTF_8),
        1);

    assertThat(meter.completionTokens()).isEqualTo(2);
    assertThat(meter.promptTokens()).isEmpty();
  }

  @Test
  void takesTheNumberThatStandsLastUnderWhicheverName() {
    TokenMeter meter = new TokenMeter(false);
    meter.add(
        Unpooled.copiedBuffer(
            "{\"text\":\"\\\"output_tokens\\\": 1\",\"completion_tokens\" :\n 4,\"prompt_tokens\":7,"
                + "\"timings\":{\"prompt_n\":3,\"predicted_n\":5},"
                + "\"completion_tokens\":null,\"output_tokens\":\"many\"}",
            StandardCharsets.UTF_8),
        1);

    assertThat(meter.completionTokens()).isEqualTo(5);
    assertThat(meter.promptTokens()).hasValue(3);
  }
}
