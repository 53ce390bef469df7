package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.auth.EdgeKeys;
import io.remuda.gateway.auth.KeyCheck;
import io.remuda.gateway.auth.LeaseSeal;
import io.remuda.gateway.auth.TestIssuer;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.PartWords;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every address of the byte path by every sort of key. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EdgeAccessTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final KeyMint mint = new KeyMint("cluster-key", new SecureRandom());
  private final Map<KeyId, ApiKey> known = new ConcurrentHashMap<>();
  private final Map<Scope, String> byScope = new EnumMap<>(Scope.class);
  private final TestIssuer issuer = new TestIssuer();
  private EdgeFixture stage;

  @BeforeAll
  void start() {
    KeyCheck check =
        new KeyCheck(
            true,
            mint,
            id -> Optional.ofNullable(known.get(id)),
            () -> NOW,
            Optional.of(issuer.check("models-claim = models", () -> NOW)));
    stage =
        new EdgeFixture("", new EdgeKeys(check, new LeaseSeal("cluster-key")), Optional.empty());
    stage.listed("theirs", DeploymentPhase.PENDING, "it waits for a machine");
    for (Scope scope : Scope.values()) {
      byScope.put(scope, key(Set.of(scope), AllowList.ALL, Optional.empty()));
    }
  }

  @AfterAll
  void stop() {
    stage.close();
  }

  private String key(Set<Scope> scopes, AllowList models, Optional<Instant> until) {
    KeyMint.Minted minted =
        mint.mint("test", scopes, models, Optional.of("acme"), NOW.minusSeconds(60), until);
    known.put(minted.key().id(), minted.key());
    return minted.secret();
  }

  /** Of a body that each dialect can read. */
  private int status(Endpoint endpoint, String key) {
    String path =
        endpoint == Endpoint.PREDICT
            ? "/predict/theirs"
            : endpoint.path().replace("{model}", "theirs");
    String body =
        """
        {"model": "theirs", "messages": [{"role": "user", "content": "x"}], "max_tokens": 1,
         "prompt": "x", "input": "x", "query": "x", "documents": ["x"], "tokens": [1]}
        """;
    return key.isEmpty()
        ? stage.post(path, body).statusCode()
        : stage.post(path, body, "authorization", "Bearer " + key).statusCode();
  }

  @ParameterizedTest
  @EnumSource
  void needsTheScopeInferAndAKeyForTheModel(Endpoint endpoint) {
    AllowList mine = new AllowList(Set.of(new ModelName("mine")), Set.of());
    AllowList beginning = new AllowList(Set.of(), Set.of(new ModelPattern("the")));
    AllowList otherBeginning = new AllowList(Set.of(), Set.of(new ModelPattern("theirs-")));

    assertThat(status(endpoint, "")).isEqualTo(401);
    assertThat(status(endpoint, "rmd_nobody0000_" + "A".repeat(43))).isEqualTo(401);
    assertThat(status(endpoint, key(Set.of(Scope.INFER), AllowList.ALL, Optional.of(NOW))))
        .as("expired")
        .isEqualTo(401);
    byScope.forEach(
        (scope, key) -> {
          if (scope == Scope.INFER || scope == Scope.ADMIN) {
            // It waits for a machine, of which only who may use it is told.
            assertThat(status(endpoint, key)).as(scope.name()).isNotIn(401, 403, 404);
          } else {
            assertThat(status(endpoint, key)).as(scope.name()).isEqualTo(403);
          }
        });
    assertThat(status(endpoint, key(Set.of(Scope.INFER), mine, Optional.empty()))).isEqualTo(404);
    assertThat(status(endpoint, key(Set.of(Scope.INFER), otherBeginning, Optional.empty())))
        .isEqualTo(404);
    assertThat(status(endpoint, key(Set.of(Scope.INFER), beginning, Optional.empty())))
        .isNotIn(401, 403, 404);
  }

  /** The reason of a deployment's phase is the registry's, which does not know who asks. */
  @Test
  void aRefusalNamesNoPartThatTheKeyIsNotFor() {
    stage.listed(
        "whole",
        DeploymentPhase.PENDING,
        PartWords.lacks(new ModelName("their-part"), "not deployed"));
    AllowList whole = new AllowList(Set.of(new ModelName("whole")), Set.of());

    String narrow = refusal("whole", key(Set.of(Scope.INFER), whole, Optional.empty()));
    String wide = refusal("whole", key(Set.of(Scope.INFER), AllowList.ALL, Optional.empty()));

    assertThat(narrow).contains("its part (not shown) is not deployed").doesNotContain("their-");
    assertThat(wide).contains("its part their-part is not deployed");
  }

  private String refusal(String model, String key) {
    HttpResponse<String> answer =
        stage.post(
            "/v1/chat/completions",
            "{\"model\":\"" + model + "\",\"messages\":[]}",
            "authorization",
            "Bearer " + key);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    return answer.body();
  }

  /** The same of the tokens of an issuer, whose claims say what a key's record does. */
  @ParameterizedTest
  @EnumSource
  void takesTokensByTheirScopesAndModels(Endpoint endpoint) {
    for (Scope scope : Scope.values()) {
      String token = issuer.token(NOW, "remuda:" + scope.name().toLowerCase(Locale.ROOT), "the*");
      if (scope == Scope.INFER || scope == Scope.ADMIN) {
        assertThat(status(endpoint, token)).as(scope.name()).isNotIn(401, 403, 404);
      } else {
        assertThat(status(endpoint, token)).as(scope.name()).isEqualTo(403);
      }
    }
    assertThat(status(endpoint, issuer.token(NOW, "remuda:infer", "mine"))).isEqualTo(404);
    assertThat(status(endpoint, issuer.token(NOW.minusSeconds(900), "remuda:admin", "the*")))
        .as("expired")
        .isEqualTo(401);
  }

  @Test
  void saysInTheHeaderWhyATokenIsNotTaken() {
    HttpResponse<String> expired =
        stage.post(
            "/v1/chat/completions",
            "{}",
            "authorization",
            "Bearer " + issuer.token(NOW.minusSeconds(900), "remuda:infer", "mine"));
    HttpResponse<String> nothing = stage.post("/v1/chat/completions", "{}");

    assertThat(expired.headers().firstValue("www-authenticate"))
        .contains(
            "Bearer realm=\"remuda\", error=\"invalid_token\","
                + " error_description=\"it expired at 2025-12-31T23:50:00Z\"");
    assertThat(expired.headers().firstValue("x-should-retry")).contains("false");
    assertThat(expired.body()).contains("it expired at 2025-12-31T23:50:00Z");
    assertThat(nothing.headers().firstValue("www-authenticate"))
        .contains("Bearer realm=\"remuda\"");
    assertThat(nothing.body()).contains("or a token of " + TestIssuer.NAME);
  }
}
