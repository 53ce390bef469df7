package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What models were used for, and what may be asked of them, as an administrator types it. */
class UsageVerbTest {

  private static final String ROW =
      "{\"key\":\"k1\",\"model\":\"chat\",\"requests\":3,\"errors\":1,\"estimatedRequests\":0,"
          + "\"promptTokens\":30,\"completionTokens\":12,\"cachedTokens\":0,\"totalTokens\":42}";

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void showsTheUseOfOneKeyWhileAnotherKeyAsks() {
    gateway.on(
        "GET /v1/usage?by=key%2Cmodel&from=2030-01-01&key=k1",
        200, "{\"object\":\"list\",\"data\":[" + ROW + "]}");

    Typed typed =
        type("usage", "--from", "2030-01-01", "--of-key", "k1", "--key", "rk-asker", "--csv");

    assertThat(typed.out().lines())
        .containsExactly(
            "key,model,requests,errors,estimatedRequests,promptTokens,completionTokens,"
                + "cachedTokens,totalTokens",
            "k1,chat,3,1,0,30,12,0,42");
  }

  @Test
  void showsThemAsATableToo() {
    gateway.on("GET /v1/usage?by=model", 200, "{\"object\":\"list\",\"data\":[" + ROW + "]}");

    assertThat(type("usage", "--by", "model").out())
        .contains("MODEL", "REQUESTS", "TOTAL")
        .contains("chat", "42")
        .doesNotContain("KEY");
  }

  @Test
  void limitsATenantAndSaysHow() {
    String limits =
        "{\"tenant\":\"acme\",\"limits\":{\"requestsPerMinute\":600,\"tokensPerMinute\":0,"
            + "\"tokensPerDay\":0,\"tokensPerMonth\":0}}";
    gateway.on("GET /v1/tenants/acme/limits", 200, limits);
    gateway.on("PUT /v1/tenants/acme/limits", 200, limits);

    assertThat(type("tenants", "limit", "acme", "--rpm", "600").err())
        .contains("tenant acme is limited to")
        .contains("600");
  }

  private Typed type(String... arguments) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", arguments);
  }
}
