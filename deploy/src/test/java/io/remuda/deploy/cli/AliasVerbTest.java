package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Second names of models, as an operator sets and sees them. */
final class AliasVerbTest {

  private static final String CHAT =
      "{\"name\":\"chat\",\"target\":\"chat-v2\",\"version\":3,\"ready\":1,\"reason\":null,"
          + "\"setAt\":\"2026-01-02T03:04:05Z\"}";

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  private Typed type(String... arguments) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", arguments);
  }

  @Test
  void setsAnAliasAndSaysSo() {
    gateway.on("PUT /v1/aliases/chat", 200, CHAT);

    Typed set = type("alias", "set", "chat", "chat-v2");

    assertThat(set.exit()).isZero();
    assertThat(set.err() + set.out()).contains("chat is an alias of chat-v2");
    assertThat(gateway.asked())
        .singleElement()
        .satisfies(asked -> assertThat(asked.body()).isEqualTo("{\"target\":\"chat-v2\"}"));
    assertThat(type("alias", "set", "chat", "chat-v2", "-o", "json").out()).contains("\"version\"");
  }

  @Test
  void listsThemWithWhatTheyStandFor() {
    gateway.on("GET /v1/aliases", 200, "{\"object\":\"list\",\"data\":[" + CHAT + "]}");

    assertThat(type("alias", "ls").out()).contains("NAME", "TARGET", "chat-v2");
  }

  @Test
  void takesOneAwayOrSaysThatThereIsNone() {
    gateway.on("DELETE /v1/aliases/chat", 200, CHAT);
    gateway.on(
        "DELETE /v1/aliases/nobody",
        404,
        "{\"error\":{\"message\":\"nobody is no alias\",\"code\":\"not_found\"}}");

    assertThat(type("alias", "rm", "chat").exit()).isZero();
    Typed none = type("alias", "rm", "nobody");
    assertThat(none.exit()).isEqualTo(3);
    assertThat(none.err()).contains("nobody is no alias");
  }
}
