package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.ScriptedEngine;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What engines are asked where a deployment says what its clients leave out. */
class EdgeDefaultsTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final Defaults DEFAULTS =
      new Defaults(Map.of("temperature", "0.2"), Optional.of("Be brief."));
  private static final String SYSTEM = "{\"role\":\"system\",\"content\":\"Be brief.\"},";

  private final EdgeFixture fixture = new EdgeFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void whatIsMissingIsAddedUnderAnAliasToo() {
    try (ScriptedEngine engine = engine()) {
      fixture.ready("chat-v1-1", engine.port());
      fixture.defaulted("chat-v1", DEFAULTS);
      fixture.alias("chat", "chat-v1");

      fixture.post(CHAT, "{\"model\":\"chat\", \"x\":[1e0], \"messages\":[{\"role\":\"user\"}]}");

      assertThat(engine.seen().get(0).body())
          .isEqualTo(
              "{\"temperature\":0.2,\"model\":\"chat-v1\", \"x\":[1e0], \"messages\":["
                  + SYSTEM
                  + "{\"role\":\"user\"}]}");
      fixture.ended("chat-v1 ok");
    }
  }

  @Test
  void whatAnotherDialectLeavesOutIsAddedToo() {
    try (ScriptedEngine engine = engine()) {
      fixture.route("chat-v1-1", engine.port(), Phase.READY, -1, Set.of(CHAT));
      fixture.defaulted("chat-v1", DEFAULTS);

      fixture.post(
          "/v1/messages",
          "{\"model\":\"chat-v1\",\"max_tokens\":5,"
              + "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}");

      assertThat(engine.seen().get(0).path()).endsWith(CHAT);
      assertThat(engine.seen().get(0).body()).contains("\"temperature\":0.2", SYSTEM);
    }
  }

  @Test
  void whatSaysAllAndWhatIsNoChatPassAsTheyCame() {
    try (ScriptedEngine engine = engine()) {
      fixture.ready("chat-v1-1", engine.port());
      fixture.defaulted("chat-v1", DEFAULTS);
      String all =
          "{\"model\":\"chat-v1\",\"temperature\":null,\"messages\":[{\"role\":\"developer\"}]}";
      String embeds = "{\"model\":\"chat-v1\",\"input\":\"a\"}";

      fixture.post(CHAT, all);
      fixture.post("/v1/embeddings", embeds);

      assertThat(engine.seen()).extracting(ScriptedEngine.Seen::body).containsExactly(all, embeds);
    }
  }

  private static ScriptedEngine engine() {
    return ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
  }
}
