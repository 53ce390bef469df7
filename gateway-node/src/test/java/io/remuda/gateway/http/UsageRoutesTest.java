package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.By;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.limit.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What models were used for, and limits of keys and tenants, through the API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UsageRoutesTest {

  private ApiFixture api;
  private String admin;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withKeys();
    admin = api.key(AllowList.ALL, Optional.empty());
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  @BeforeEach
  void forget() {
    api.registry.usage.clear();
    api.registry.reads.clear();
  }

  private static Line line(String key, String model) {
    return new Line(0, key, "", model, new Count(3, 1, 0, 10, 20, 4));
  }

  private UsageProtocol.Read asked() {
    return api.registry.reads.get(0);
  }

  @Test
  void tellsAllPagesAsJsonAndAsCsv() throws Exception {
    api.registry.usage.addAll(List.of(line("k1", "a"), line("k1", "b"), line("k2", "a")));

    Answer json = api.get("/v1/usage?from=2030-01-01&to=2030-02-01T00:00:00Z", "x-api-key", admin);
    Answer csv = api.get("/v1/usage?by=key,model&format=csv", "x-api-key", admin);

    assertThat(json.json().path("data")).hasSize(3);
    JsonNode first = json.json().path("data").get(0);
    assertThat(first.path("totalTokens").asLong()).isEqualTo(30);
    assertThat(first.path("cachedTokens").asLong()).isEqualTo(4);
    assertThat(json.json().path("from").asText()).isEqualTo("2030-01-01T00:00:00Z");
    assertThat(json.json().path("to").asText()).isEqualTo("2030-02-01T00:00:00Z");
    assertThat(asked().fromHour())
        .isEqualTo(Instant.parse("2030-01-01T00:00:00Z").getEpochSecond() / 3_600);
    assertThat(asked().by()).containsExactlyInAnyOrder(By.KEY, By.MODEL);
    assertThat(csv.header("content-type")).startsWith("text/csv");
    assertThat(csv.response().body())
        .startsWith("key,model,requests,errors,estimated_requests,prompt_tokens,")
        .contains("\r\nk2,a,3,1,0,10,20,4,30\r\n");
  }

  @Test
  void aKeySeesItselfAloneAndATenantsAdministratorThatTenant() throws Exception {
    String own = api.key(Set.of(Scope.INFER), Set.of());
    String acme = api.key(AllowList.ALL, Optional.of("acme"));

    assertThat(api.get("/v1/usage", "x-api-key", own).status()).isEqualTo(200);
    assertThat(asked().key()).contains(own.split("_")[1]);
    assertThat(api.get("/v1/usage?key=other", "x-api-key", own).code()).isEqualTo("not_allowed");

    forget();
    assertThat(api.get("/v1/usage?by=tenant", "x-api-key", acme).status()).isEqualTo(200);
    assertThat(asked().tenant()).contains("acme");
    assertThat(asked().key()).isEmpty();
    assertThat(api.get("/v1/usage?tenant=b", "x-api-key", acme).code()).isEqualTo("not_allowed");
  }

  @Test
  void modelsThatAKeyMayNotSeeAreNeitherNamedNorInItsSums() throws Exception {
    api.registry.usage.addAll(
        List.of(line("k1", "secret"), line("k1", "a"), line("k1", "b"), line("k1", "")));
    String few =
        api.key(
            new AllowList(Set.of(new ModelName("a"), new ModelName("b")), Set.of()),
            Optional.empty());

    Answer named = api.get("/v1/usage?by=model", "x-api-key", few);
    Answer summed = api.get("/v1/usage?by=key&format=csv", "x-api-key", few);

    assertThat(named.json().path("data").findValuesAsText("model")).containsExactly("a", "b", "");
    assertThat(summed.response().body().lines().skip(1)).containsExactly("k1,9,3,0,30,60,12,90");
    assertThat(api.registry.reads).allSatisfy(read -> assertThat(read.by()).contains(By.MODEL));
  }

  @Test
  void refusesWhatItCannotRead() throws Exception {
    for (String query :
        List.of("by=day", "format=xml", "from=yesterday", "from=2030-01-02&to=2030-01-01")) {
      assertThat(api.get("/v1/usage?" + query, "x-api-key", admin).code())
          .as(query)
          .isEqualTo("invalid_request");
    }
  }

  @Test
  void aKeyIsMadeWithLimitsAndGivenOthers() throws Exception {
    Answer made =
        api.send(
            "POST",
            "/v1/keys",
            "{\"scopes\":[\"infer\"],\"limits\":{\"requestsPerMinute\":60}}",
            "x-api-key",
            admin);
    String path = "/v1/keys/" + made.json().path("id").asText() + "/limits";
    Answer limited =
        api.send("PUT", path, "{\"tokensPerMinute\":500,\"tokensPerDay\":0}", "x-api-key", admin);

    assertThat(made.json().path("limits").path("requestsPerMinute").asLong()).isEqualTo(60);
    assertThat(limited.json().path("limits").path("tokensPerMinute").asLong()).isEqualTo(500);
    assertThat(limited.json().path("limits").path("requestsPerMinute").isNull()).isTrue();
    assertThat(api.send("PUT", path, "{\"rpm\":5}", "x-api-key", admin).code())
        .isEqualTo("invalid_request");
    assertThat(api.send("PUT", path, "{\"tokensPerDay\":-1}", "x-api-key", admin).code())
        .isEqualTo("invalid_request");
    assertThat(api.send("PUT", "/v1/keys/nobody/limits", "{}", "x-api-key", admin).status())
        .isEqualTo(404);
  }

  @Test
  void aTenantIsLimitedByTheOperatorAndNotByItself() throws Exception {
    String acme = api.key(AllowList.ALL, Optional.of("acme"));
    String path = "/v1/tenants/acme/limits";

    Answer refused = api.send("PUT", path, "{}", "x-api-key", acme);
    Answer done = api.send("PUT", path, "{\"requestsPerMinute\":7}", "x-api-key", admin);

    assertThat(refused.code()).isEqualTo("not_allowed");
    assertThat(done.json().path("limits").path("requestsPerMinute").asLong()).isEqualTo(7);
    assertThat(api.routes.snapshot().access().limitsOf("acme")).isEqualTo(new Limits(7, 0, 0, 0));
    assertThat(api.get(path, "x-api-key", acme).json().path("tenant").asText()).isEqualTo("acme");
    assertThat(api.get("/v1/tenants/other/limits", "x-api-key", acme).status()).isEqualTo(404);
    assertThat(api.get("/v1/tenants", "x-api-key", admin).json().path("data")).hasSize(1);
    assertThat(api.get("/v1/tenants/A,B/limits", "x-api-key", admin).status()).isEqualTo(404);
  }
}
