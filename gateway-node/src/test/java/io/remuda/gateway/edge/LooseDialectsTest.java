package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Deviation;
import io.remuda.protocol.testing.LooseEngine;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpResponse;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Engines that speak OpenAI's words loosely, to clients that read other dialects. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LooseDialectsTest {

  private static final String TALK = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
  private static final String SCHEMA = "{\"type\":\"object\"}";

  private final LooseEngine loose = new LooseEngine();
  private final ScriptedEngine engine = ScriptedEngine.start(loose);
  private final EdgeFixture fixture = new EdgeFixture();

  LooseDialectsTest() {
    fixture.route("bench-1", engine.port(), Phase.READY, -1, Set.of("/v1/chat/completions"));
  }

  @AfterAll
  void close() {
    fixture.close();
    engine.close();
  }

  private String ask(Deviation deviation, String path, boolean stream, String more) {
    loose.deviate(deviation);
    HttpResponse<String> answer =
        fixture.post(path, "{\"model\":\"bench\",\"stream\":" + stream + "," + more + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  @ParameterizedTest
  @EnumSource
  void anthropicsClientsAreToldAllOfIt(Deviation deviation) {
    String asked = "\"max_tokens\":9," + TALK;
    String tools = asked + ",\"tools\":[{\"name\":\"weather\",\"input_schema\":" + SCHEMA + "}]";

    assertThat(ask(deviation, "/v1/messages", false, asked))
        .contains("\"text\":\"Hello\"", "\"end_turn\"", "\"output_tokens\":2");
    assertThat(ask(deviation, "/v1/messages", false, tools))
        .contains("\"name\":\"weather\",\"input\":{\"city\":\"Oslo\"}")
        .contains("\"name\":\"time\",\"input\":{\"zone\":\"CET\"}", "\"tool_use\"");
    assertThat(ask(deviation, "/v1/messages", true, asked))
        .contains("\"text\":\"Hel\"", "\"text\":\"lo\"", "\"end_turn\"", "\"output_tokens\":2")
        .endsWith("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    assertThat(ask(deviation, "/v1/messages", true, tools))
        .contains("\"name\":\"weather\"", "Oslo", "\"name\":\"time\"", "CET")
        .contains("\"stop_reason\":\"tool_use\"")
        .endsWith("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
  }

  @ParameterizedTest
  @EnumSource
  void responsesClientsAreToldAllOfIt(Deviation deviation) {
    String asked = "\"input\":\"hi\"";
    String tools =
        asked
            + ",\"tools\":[{\"type\":\"function\",\"name\":\"weather\",\"parameters\":"
            + SCHEMA
            + "}]";

    for (boolean stream : new boolean[] {false, true}) {
      assertThat(ask(deviation, "/v1/responses", stream, asked))
          .contains("\"text\":\"Hello\"", "\"status\":\"completed\"", "\"output_tokens\":2");
      assertThat(ask(deviation, "/v1/responses", stream, tools))
          .contains("\"name\":\"weather\"", "\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"")
          .contains("\"name\":\"time\"", "\"arguments\":\"{\\\"zone\\\":\\\"CET\\\"}\"")
          .contains("\"status\":\"completed\"");
    }
    assertThat(ask(deviation, "/v1/responses", true, asked))
        .contains("event: response.completed\n");
  }

  @ParameterizedTest
  @EnumSource
  void ollamasClientsAreToldAllOfIt(Deviation deviation) {
    String tools =
        TALK
            + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":"
            + SCHEMA
            + "}}]";

    assertThat(ask(deviation, "/api/chat", false, TALK))
        .contains("\"content\":\"Hello\"", "\"done\":true", "\"eval_count\":2");
    assertThat(ask(deviation, "/api/chat", true, TALK))
        .contains("\"content\":\"Hel\"", "\"content\":\"lo\"", "\"done\":true", "\"eval_count\":2")
        .doesNotContain("data:", "\"error\"");
    for (boolean stream : new boolean[] {false, true}) {
      assertThat(ask(deviation, "/api/chat", stream, tools))
          .contains("\"name\":\"weather\",\"arguments\":{\"city\":\"Oslo\"}")
          .contains("\"name\":\"time\",\"arguments\":{\"zone\":\"CET\"}", "\"done\":true");
    }
  }
}
