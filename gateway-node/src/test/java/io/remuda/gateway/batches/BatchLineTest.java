package io.remuda.gateway.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.remuda.protocol.id.TaskId;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchLineTest {

  private static RawLine raw(String text) {
    return new RawLine(7, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String code(String text) {
    return catchThrowableOfType(BatchLine.Bad.class, () -> BatchLine.parse(raw(text)))
        .problem()
        .getCode();
  }

  @Test
  void theBodyIsTakenByteForByte() throws Exception {
    String body = "{\"n\": 12345678901234567890.10, \"s\": \"ä\\u00e4 {\", \"a\": [ 1,2 ] }";

    BatchLine line =
        BatchLine.parse(
            raw(
                "{\"custom_id\":\"ü\", \"body\": "
                    + body
                    + " ,\"extra\":{\"x\":1},\"method\":\"POST\",\"url\":\"/u\"}"));

    assertThat(new String(line.body(), StandardCharsets.UTF_8)).isEqualTo(body);
    assertThat(line.customId()).isEqualTo("ü");
    assertThat(line.url()).isEqualTo("/u");
    assertThat(line.number()).isEqualTo(7);
  }

  @Test
  void saysWhatIsWrongWithALine() {
    String tail = "\"method\":\"POST\",\"url\":\"/u\",\"body\":{}}";
    assertThat(code("nonsense")).isEqualTo("invalid_json_line");
    assertThat(code("[1]")).isEqualTo("invalid_json_line");
    assertThat(code("{\"custom_id\":\"a\"," + tail + "{}")).isEqualTo("invalid_json_line");
    assertThat(code("{\"custom_id\":\"a\",\"custom_id\":\"b\"," + tail))
        .isEqualTo("invalid_json_line");
    assertThat(code("{" + tail)).isEqualTo("missing_required_parameter");
    assertThat(code("{\"custom_id\":1," + tail)).isEqualTo("invalid_type");
    assertThat(code("{\"custom_id\":\"" + "x".repeat(600) + "\"," + tail))
        .isEqualTo("invalid_custom_id");
    assertThat(code("{\"custom_id\":\"a\",\"method\":\"GET\"}")).isEqualTo("invalid_method");
    assertThat(code("{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/u\",\"body\":[]}"))
        .isEqualTo("invalid_type");
    assertThat(code("{\"a\":" + "[".repeat(2_000))).isEqualTo("invalid_json_line");
  }

  @Test
  void aLineOfAnotherEncodingIsABadOneAndNoFault() throws Exception {
    String good = "{\"custom_id\":\"ü\",\"method\":\"POST\",\"url\":\"/u\",\"body\":{\"a\":1}}";
    for (Charset other :
        List.of(
            StandardCharsets.UTF_16,
            StandardCharsets.UTF_16LE,
            StandardCharsets.UTF_16BE,
            Charset.forName("UTF-32"),
            StandardCharsets.ISO_8859_1)) {
      BatchLine.Bad bad =
          catchThrowableOfType(
              BatchLine.Bad.class, () -> BatchLine.parse(new RawLine(7, good.getBytes(other))));
      assertThat(bad).as(other.name()).isNotNull();
      assertThat(bad.problem().getCode()).isEqualTo("invalid_json_line");
    }

    BatchLine marked = BatchLine.parse(raw("\ufeff" + good));
    assertThat(new String(marked.body(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":1}");
    assertThat(marked.customId()).isEqualTo("ü");
  }

  @Test
  void linesAreTheSameHoweverTheFileIsCut() {
    String text = "one\r\n\n  \ntwo ä\nthree" + "x".repeat(50) + "\nlast";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Random random = new Random(4);
    for (int round = 0; round < 200; round++) {
      LineSplitter splitter = new LineSplitter(20);
      List<RawLine> lines = new ArrayList<>();
      for (int from = 0; from < bytes.length; ) {
        int to = Math.min(bytes.length, from + 1 + random.nextInt(12));
        lines.addAll(splitter.add(ByteString.copyFrom(bytes, from, to - from)));
        from = to;
      }
      lines.addAll(splitter.end());

      assertThat(lines.stream().map(RawLine::number)).containsExactly(1, 2, 3, 4);
      assertThat(lines.stream().map(line -> new String(line.bytes(), StandardCharsets.UTF_8)))
          .containsExactly("one", "two ä", "three" + "x".repeat(16), "last");
    }
  }

  @Test
  void anAnswerIsOneLineInTheShapeOfOutputFiles() {
    TaskId task = TaskId.derived(Instant.ofEpochMilli(5), "batch_1", 1);
    String suffix = task.value().substring(task.value().lastIndexOf('_') + 1);

    assertThat(
            new LineAnswer(200, "{\n \"a\": 1}".getBytes(StandardCharsets.UTF_8))
                .line("say \"x\"", task)
                .toStringUtf8())
        .isEqualTo(
            "{\"id\":\"batch_req_%s\",\"custom_id\":\"say \\\"x\\\"\",\"response\":{\"status_code\":200,\"request_id\":\"%s\",\"body\":{  \"a\": 1}},\"error\":null}\n"
                .formatted(suffix, task));
    assertThat(LineAnswer.none("batch_expired", "too late").line("a", task).toStringUtf8())
        .isEqualTo(
            "{\"id\":\"batch_req_%s\",\"custom_id\":\"a\",\"response\":null,\"error\":{\"code\":\"batch_expired\",\"message\":\"too late\"}}\n"
                .formatted(suffix));
    assertThat(TaskId.derived(Instant.ofEpochMilli(5), "batch_1", 2)).isNotEqualTo(task);
    assertThat(task.deadline()).contains(Instant.ofEpochMilli(5));
  }
}
