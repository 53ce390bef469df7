package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What became of a request, as somebody reads it who asks why it took so long. */
class RequestVerbTest {

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void tellsWhereItWasAndWhereItsTimeWent() {
    gateway.on(
        "GET /v1/requests/req-1",
        200,
        "{\"object\":\"list\",\"data\":[{\"id\":\"req-1\",\"key\":null,"
            + "\"path\":\"/v1/chat/completions\",\"model\":\"chat\",\"outcome\":\"ok\","
            + "\"endedAt\":\"noon\",\"millis\":8100,\"firstByteMillis\":7900,"
            + "\"queueMillis\":5000,\"instanceMillis\":2890,\"overheadMillis\":10,\"tries\":["
            + "{\"instance\":\"chat-1\",\"atMillis\":1,\"outcome\":\"busy\"},"
            + "{\"instance\":\"chat-2\",\"atMillis\":5002,\"outcome\":\"answered\"}]}]}");

    assertThat(type("request", "req-1").out().lines())
        .containsExactly(
            "/v1/chat/completions to chat at noon: ok after 8100 ms",
            "  in line 5000 ms, at instances 2890 ms, in the gateway 10 ms; first byte after 7900"
                + " ms",
            "  after 1 ms to chat-1: busy",
            "  after 5002 ms to chat-2: answered");
    assertThat(type("request", "req-1", "-o", "json").out()).contains("\"overheadMillis\" : 10");
  }

  @Test
  void asksForOneTenantsAlone() {
    gateway.on(
        "GET /v1/requests/req-1?tenant=acme+%26+co", 200, "{\"object\":\"list\",\"data\":[]}");

    assertThat(type("request", "req-1", "--tenant", "acme & co").exit()).isZero();
  }

  @Test
  void saysThatNobodyKnowsOfItAnyMore() {
    gateway.on(
        "GET /v1/requests/old",
        404,
        "{\"error\":{\"message\":\"no gateway knows of a request with that id any more\","
            + "\"type\":\"not_found_error\",\"param\":null,\"code\":\"not_found\"}}");

    Typed typed = type("request", "old");

    assertThat(typed.exit()).isEqualTo(3);
    assertThat(typed.err()).contains("no gateway knows");
  }

  private Typed type(String... arguments) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", arguments);
  }
}
