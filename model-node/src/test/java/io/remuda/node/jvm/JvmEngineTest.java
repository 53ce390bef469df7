package io.remuda.node.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.node.proto.demo.SentimentReply;
import io.remuda.node.proto.demo.SentimentRequest;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class JvmEngineTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_800_000_000), ZoneOffset.UTC);

  private final Queue<Runnable> loop = new ArrayDeque<>();
  private final Answer answer = new Answer();

  @Test
  void answersAChatWithTextAndUsage() throws Exception {
    chat("{\"messages\":[{\"role\":\"user\",\"content\":\"What is a remuda?\"}],\"seed\":1}");
    run();

    JsonNode body = JSON.readTree(answer.text());
    assertThat(answer.status).isEqualTo(200);
    assertThat(body.path("object").asText()).isEqualTo("chat.completion");
    assertThat(body.at("/choices/0/message/content").asText())
        .startsWith("I am Remuda's demo model");
    assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(body.at("/usage/prompt_tokens").asInt()).isEqualTo(5);
    assertThat(body.path("created").asLong()).isEqualTo(1_800_000_000);
  }

  @Test
  void streamsChunksThatStrictClientsAccept() throws Exception {
    // when
    chat(
        """
        {"messages":[{"role":"user","content":[{"type":"text","text":"the river"}]}],"seed":3,
         "max_completion_tokens":20,"stream":true,"stream_options":{"include_usage":true}}
        """);
    run();

    // then
    List<String> events = List.of(answer.text().split("\n\n"));
    assertThat(events).allMatch(event -> event.startsWith("data: "));
    assertThat(events.get(events.size() - 1)).isEqualTo("data: [DONE]");
    List<JsonNode> chunks = new ArrayList<>();
    for (String event : events.subList(0, events.size() - 1)) {
      chunks.add(JSON.readTree(event.substring(6)));
    }
    assertThat(chunks).allMatch(chunk -> chunk.path("id").asText().equals("chatcmpl-r1"));
    assertThat(chunks).allMatch(chunk -> chunk.path("created").isIntegralNumber());
    assertThat(chunks.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    assertThat(chunks.get(0).at("/choices/0/finish_reason").isNull()).isTrue();
    JsonNode closing = chunks.get(chunks.size() - 2);
    assertThat(closing.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    JsonNode usage = chunks.get(chunks.size() - 1);
    assertThat(usage.path("choices").isArray()).isTrue();
    assertThat(usage.path("choices")).isEmpty();
    assertThat(usage.at("/usage/completion_tokens").asInt()).isEqualTo(20);
    assertThat(chunks).hasSize(1 + 20 + 1 + 1);
    assertThat(answer.headers).containsEntry("content-type", "text/event-stream; charset=utf-8");
  }

  @Test
  void theSameSeedGivesTheSameAnswerAndAnotherDoesNot() throws Exception {
    String one = text(7);
    String again = text(7);
    String other = text(8);

    assertThat(again).isEqualTo(one);
    assertThat(other).isNotEqualTo(one);
  }

  @Test
  void makesNoPieceWhilePausedAndNoneAfterCancel() {
    // given
    InferenceCall call =
        chat("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stream\":true}");
    loop.remove().run();
    call.pause();
    run();
    int length = answer.bytes.size();

    // when
    call.resume();
    loop.remove().run();

    // then
    assertThat(answer.bytes.size()).isGreaterThan(length);
    int more = answer.bytes.size();
    call.cancel();
    run();
    assertThat(answer.bytes.size()).isEqualTo(more);
    assertThat(answer.ended).isFalse();
  }

  @Test
  void completesAPromptAndHonoursAStop() throws Exception {
    post("/v1/completions", "{\"prompt\":\"x\",\"stop\":\" chain\"}");
    run();

    JsonNode body = JSON.readTree(answer.text());
    assertThat(body.path("object").asText()).isEqualTo("text_completion");
    assertThat(body.at("/choices/0/text").asText())
        .isEqualTo("I am Remuda's demo model, and I only");
    assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void embedsTextsInNumbersAndInBase64() throws Exception {
    post("/v1/embeddings", "{\"input\":[\"a herd\",\"a herd\",\"fans turn slowly\"]}");
    run();
    JsonNode data = JSON.readTree(answer.text()).path("data");
    assertThat(data.get(0).path("embedding")).isEqualTo(data.get(1).path("embedding"));
    assertThat(data.get(0).path("embedding")).isNotEqualTo(data.get(2).path("embedding"));

    answer.bytes.reset();
    post("/v1/embeddings", "{\"input\":\"a herd\",\"encoding_format\":\"base64\"}");
    run();
    byte[] raw =
        Base64.getDecoder().decode(JSON.readTree(answer.text()).at("/data/0/embedding").asText());
    assertThat(ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).getFloat())
        .isCloseTo((float) data.get(0).path("embedding").get(0).asDouble(), within(1e-6f));
  }

  @Test
  void refusesWhatItCannotReadWithASentence() throws Exception {
    assertThat(refused("/v1/chat/completions", "{")).contains("invalid_json");
    assertThat(refused("/v1/chat/completions", "{}")).contains("messages has to be a list");
    assertThat(refused("/v1/chat/completions", "{\"messages\":[1]}")).contains("role and content");
    assertThat(
            refused(
                "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":9}"))
        .contains("temperature");
    assertThat(refused("/v1/completions", "{\"prompt\":3}")).contains("prompt has to be one text");
    assertThat(refused("/v1/completions", "{\"prompt\":\"a\",\"max_tokens\":0}"))
        .contains("max_tokens");
    assertThat(refused("/v1/completions", "{\"prompt\":\"a\",\"n\":2}")).contains("n has to be 1");
    assertThat(refused("/v1/embeddings", "{\"input\":[]}")).contains("1 to 2048");
    assertThat(refused("/v1/rerank", "{}")).contains("not_supported");
  }

  @Test
  void predictsInJsonAndInProtobuf() throws Exception {
    // when
    predict("application/json", "{\"text\":\"I love it\"}".getBytes(StandardCharsets.UTF_8));
    run();

    // then
    assertThat(JSON.readTree(answer.text()).path("label").asText()).isEqualTo("positive");
    assertThat(JSON.readTree(answer.text()).path("score").isNumber()).isTrue();

    // and
    answer.bytes.reset();
    predict(
        "application/x-protobuf",
        SentimentRequest.newBuilder().setText("I hate it").build().toByteArray());
    run();
    assertThat(SentimentReply.parseFrom(answer.bytes.toByteArray()).getLabel())
        .isEqualTo("negative");
  }

  @Test
  void refusesAMessageOfAnotherShape() {
    predict("application/json", "{\"words\":1}".getBytes(StandardCharsets.UTF_8));
    run();

    assertThat(answer.status).isEqualTo(400);
    assertThat(answer.text()).contains("is not a remuda.demo.SentimentRequest");
  }

  @Test
  void listsItsModelsAndIsHealthy() throws Exception {
    call(
        new JvmEngine(DemoChat.ofDemoCorpus(), "m", CLOCK, Duration.ZERO),
        "GET",
        "/v1/models",
        new byte[0],
        "");
    run();
    assertThat(JSON.readTree(answer.text()).at("/data/0/id").asText()).isEqualTo("m");
    assertThat(JvmModels.names()).allMatch(name -> JvmModels.find(name).isPresent());
    assertThat(JvmModels.find("other")).isEmpty();
    assertThat(JvmModels.unknown().message()).contains("demo").contains("sentiment");
  }

  private String text(int seed) throws Exception {
    answer.bytes.reset();
    chat("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"seed\":" + seed + "}");
    run();
    return JSON.readTree(answer.text()).at("/choices/0/message/content").asText();
  }

  private String refused(String path, String body) {
    answer.bytes.reset();
    post(path, body);
    run();
    assertThat(answer.status).isGreaterThanOrEqualTo(400);
    return answer.text();
  }

  private void run() {
    while (!loop.isEmpty()) {
      loop.remove().run();
    }
  }

  private InferenceCall chat(String body) {
    return post("/v1/chat/completions", body);
  }

  private InferenceCall post(String path, String body) {
    JvmEngine engine = new JvmEngine(DemoChat.ofDemoCorpus(), "demo", CLOCK, Duration.ZERO);
    return call(engine, "POST", path, body.getBytes(StandardCharsets.UTF_8), "application/json");
  }

  private void predict(String type, byte[] body) {
    JvmEngine engine = new JvmEngine(Sentiment.trained(), "sentiment", CLOCK, Duration.ZERO);
    call(engine, "POST", "/v1/models/sentiment/predict", body, type);
  }

  private InferenceCall call(
      JvmEngine engine, String method, String path, byte[] body, String type) {
    return engine.call(
        new InferenceRequest(
            new InstanceId(new ModelName("demo"), 1),
            method,
            path,
            List.of(Map.entry("content-type", type)),
            Unpooled.wrappedBuffer(body),
            "demo",
            "r1",
            false,
            loop::add),
        answer);
  }

  private static final class Answer implements InferenceSink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int status;
    private Map<String, String> headers = Map.of();
    private boolean ended;

    @Override
    public void onLoad(int requests) {}

    @Override
    public void onHead(int code, List<Map.Entry<String, String>> entries) {
      status = code;
      headers = new HashMap<>();
      entries.forEach(each -> headers.put(each.getKey(), each.getValue()));
    }

    @Override
    public void onBytes(ByteBuf buffer) {
      byte[] read = new byte[buffer.readableBytes()];
      buffer.readBytes(read);
      bytes.writeBytes(read);
      buffer.release();
    }

    @Override
    public void onEnd() {
      ended = true;
    }

    @Override
    public void onFailure(Refused reason, boolean safeToRetry) {
      throw new AssertionError(reason.message());
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
