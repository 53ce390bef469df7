package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Whatever an engine tells of its tokens, in whichever pieces it comes. */
class UsageScanTest {

  private static void expect(String answer, long prompt, long completion, long cached) {
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    for (int piece : new int[] {bytes.length, 1, 7}) {
      UsageScan scan = new UsageScan();
      for (int from = 0; from < bytes.length; from += piece) {
        ByteBuf part = Unpooled.wrappedBuffer(bytes, from, Math.min(piece, bytes.length - from));
        scan.see(part);
        assertThat(part.readableBytes()).isEqualTo(Math.min(piece, bytes.length - from));
      }
      assertThat(scan.prompt()).as(answer).hasValue(prompt);
      assertThat(scan.completion()).as(answer).hasValue(completion);
      assertThat(scan.cached()).as(answer).isEqualTo(cached);
    }
  }

  @Test
  void readsAnAnswerInOnePiece() {
    expect(
        """
        {"choices": [{"message": {"content": "hi"}}],
          "usage": {
            "prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46,
            "prompt_tokens_details": {"cached_tokens": 8}
          }
        }
        """,
        12,
        34,
        8);
  }

  @Test
  void readsTheLastOfAStreamsCounts() {
    expect(
        "data: {\"choices\":[{}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n"
            + "data: {\"choices\":[{}],\"usage\":null}\n\n"
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":9}}\n\n"
            + "data: [DONE]\n\n",
        3,
        9,
        0);
  }

  @Test
  void readsAnthropicsEventsLlamasTimingsAndOllamasLines() {
    expect(
        "event: message_start\ndata: {\"message\":{\"usage\":{\"input_tokens\":5,"
            + "\"cache_read_input_tokens\":20,\"output_tokens\":1}}}\n\n"
            + "event: message_delta\ndata: {\"usage\":{\"output_tokens\":17}}\n\n",
        25,
        17,
        20);
    expect(
        "data: {\"choices\":[],\"timings\":{\"cache_n\":4,\"prompt_n\":6,\"predicted_n\":7,"
            + "\"predicted_ms\":1.5}}\n\n",
        10,
        7,
        4);
    expect("{\"done\":true,\"prompt_eval_count\":11,\"eval_count\":13}\n", 11, 13, 0);
  }

  @Test
  void readsCountsInFloatsAndOfResponses() {
    expect(
        "{\"usage\":{\"input_tokens\":7.0,\"output_tokens\":2.0,"
            + "\"input_tokens_details\":{\"cached_tokens\":3}}}",
        7,
        2,
        3);
  }

  @Test
  void readsBeginningAndEndOfALongStream() {
    UsageScan scan = new UsageScan();
    scan.ofStream();
    scan.see(ascii("data: {\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n"));
    String event = "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\": {\"}}]}\n\n";
    for (int i = 0; i < 1_000; i++) {
      scan.see(ascii(event));
    }
    long choices = scan.events();
    scan.see(ascii("data: {\"usage\":{\"output_"));
    scan.see(ascii("tokens\":1000}}\n\n"));
    scan.over();

    assertThat(scan.prompt()).hasValue(5);
    assertThat(scan.completion()).hasValue(1_000);
    assertThat(choices).isBetween(950L, 1_050L);
  }

  /** Of the Responses API: the last event has all of the text again, and its counts at its end. */
  @Test
  void readsTheCountsOfALastLineThatIsLongerThanWhatIsKept() {
    UsageScan scan = new UsageScan();
    scan.ofStream();
    String head = "event: response.output_text.delta\ndata: ";
    for (int i = 0; i < 500; i++) {
      scan.see(ascii(head + "{\"type\":\"response.output_text.delta\",\"delta\":\"word \"}\n\n"));
    }
    scan.see(ascii("event: response.completed\ndata: {\"response\":{\"text\":\""));
    for (int i = 0; i < 500; i++) {
      scan.see(ascii("say \\\"usage\\\": {\\\"output_tokens\\\": 9} again and again. "));
    }
    scan.see(ascii("\",\"usage\":{\"input_tokens\":7,\"output_tokens\":500}}}\n\n"));
    scan.over();

    assertThat(scan.prompt()).hasValue(7);
    assertThat(scan.completion()).hasValue(500);
  }

  /** Ollama's last line has all the tokens of the context before its counts. */
  @Test
  void readsTheCountsBehindALongContext() {
    UsageScan scan = new UsageScan();
    scan.ofStream();
    for (int i = 0; i < 200; i++) {
      scan.see(ascii("{\"response\":\"word\",\"done\":false}\n"));
    }
    scan.see(ascii("{\"done\":true,\"context\":[1" + ",12345".repeat(5_000)));
    scan.see(ascii("],\"prompt_eval_count\":11,\"prompt_eval_duration\":3,\"eval_count\":200}\n"));
    scan.over();

    assertThat(scan.prompt()).hasValue(11);
    assertThat(scan.completion()).hasValue(200);
  }

  @Test
  void countsDeltasWhereThereAreNoChoicesThoughTheBeginningIsOneLongLine() {
    UsageScan scan = new UsageScan();
    scan.ofStream();
    scan.see(ascii("data: {\"instructions\":\"" + "x".repeat(5_000) + "\"}\n\n"));
    for (int i = 0; i < 1_000; i++) {
      scan.see(ascii("data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"a\"}}\n\n"));
    }
    scan.over();

    assertThat(scan.events()).isBetween(950L, 1_100L);
  }

  private static ByteBuf ascii(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @Test
  void takesNoTextOfAModelForACount() {
    UsageScan scan = new UsageScan();
    scan.see(
        Unpooled.copiedBuffer(
            "{\"choices\":[{\"message\":{\"content\":\"say \\\"usage\\\":"
                + " {\\\"prompt_tokens\\\": 99, \\\"completion_tokens\\\": 98}\"}}],"
                + "\"prompt_tokens\":5}",
            StandardCharsets.UTF_8));

    assertThat(scan.prompt()).isEmpty();
    assertThat(scan.completion()).isEmpty();
    assertThat(scan.events()).isEqualTo(1);
  }
}
