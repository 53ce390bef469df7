package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What API keys may do, and what may be done to them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeyRightsTest {

  private static final AllowList ACMES = new AllowList(Set.of(), Set.of(new ModelPattern("acme-")));

  private ApiFixture api;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withKeys();
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  @Test
  void refusesKeysThatHaveExpiredOrWereRevoked() throws Exception {
    String expired =
        api.key(
            Set.of(Scope.ADMIN), Set.of(), Optional.of(Instant.now().minus(Duration.ofSeconds(1))));
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    Answer made =
        api.send(
            "POST", "/v1/keys", "{\"scopes\":[\"admin\"]}", "authorization", "Bearer " + admin);
    String key = made.json().path("key").asText();

    assertThat(api.get("/v1/models", "x-api-key", expired).status()).isEqualTo(401);
    assertThat(api.get("/v1/models", "x-api-key", key).status()).isEqualTo(200);
    api.send("DELETE", "/v1/keys/" + made.json().path("id").asText(), "", "x-api-key", admin);
    assertThat(api.get("/v1/models", "x-api-key", key).status()).isEqualTo(401);
    assertThat(api.get("/v1/models", "x-api-key", key).header("www-authenticate"))
        .startsWith("Bearer");
  }

  @Test
  void neverGivesAKeyMoreThanItsCreatorHas() throws Exception {
    String narrow = api.key(Set.of(Scope.ADMIN), Set.of(new ModelName("mine")));

    Answer wider = api.send("POST", "/v1/keys", "{\"scopes\":[\"infer\"]}", "x-api-key", narrow);
    Answer other =
        api.send(
            "POST",
            "/v1/keys",
            "{\"scopes\":[\"infer\"],\"models\":[\"theirs\"]}",
            "x-api-key",
            narrow);
    Answer within =
        api.send(
            "POST",
            "/v1/keys",
            "{\"scopes\":[\"infer\"],\"models\":[\"mine\"]}",
            "x-api-key",
            narrow);

    assertThat(wider.status()).isEqualTo(403);
    assertThat(other.status()).isEqualTo(403);
    assertThat(within.status()).isEqualTo(201);
  }

  @Test
  void aRotatedKeyIsTheSameKeyWithBothSecretsForAWhile() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    JsonNode made = made(admin, "{\"label\":\"ci\",\"scopes\":[\"infer\"],\"models\":[\"a\"]}");

    Answer rotated = rotate(admin, made, "{\"overlapSeconds\":600}");

    assertThat(rotated.status()).as(rotated.response().body()).isEqualTo(200);
    assertThat(rotated.header("cache-control")).isEqualTo("no-store");
    assertThat(rotated.json().path("id")).isEqualTo(made.path("id"));
    assertThat(rotated.json().path("models")).isEqualTo(made.path("models"));
    assertThat(Instant.parse(rotated.json().path("oldSecretsUntil").path(0).asText()))
        .isBetween(Instant.now().plusSeconds(500), Instant.now().plusSeconds(600));
    assertThat(rotated.json().path("key")).isNotEqualTo(made.path("key"));
    assertThat(statusWith(made)).as("the old one").isEqualTo(200);
    assertThat(statusWith(rotated.json())).as("the new one").isEqualTo(200);
    assertThat(api.get("/v1/keys", "x-api-key", admin).response().body())
        .doesNotContain(rotated.json().path("key").asText())
        .contains("oldSecretsUntil");
  }

  @Test
  void aRotationWithoutOverlapCutsTheOldSecretOff() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    JsonNode made = made(admin, "{\"scopes\":[\"infer\"]}");

    JsonNode second = rotate(admin, made, "").json();
    JsonNode third = rotate(admin, made, "{\"overlapSeconds\":0}").json();

    assertThat(second.path("oldSecretsUntil")).as("an hour unless it says").hasSize(1);
    assertThat(statusWith(made)).isEqualTo(401);
    assertThat(statusWith(second)).isEqualTo(401);
    assertThat(statusWith(third)).isEqualTo(200);
  }

  /** Whoever rotates a key holds it. */
  @Test
  void nobodyRotatesAKeyThatMayMoreThanTheirOwn() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    String narrow = api.key(Set.of(Scope.ADMIN), Set.of(new ModelName("mine")));
    JsonNode wide = made(admin, "{\"scopes\":[\"infer\"]}");
    JsonNode within = made(admin, "{\"scopes\":[\"infer\"],\"models\":[\"mine\"]}");

    assertThat(rotate(narrow, wide, "").status()).isEqualTo(403);
    assertThat(statusWith(wide)).as("nothing happened to it").isEqualTo(200);
    assertThat(rotate(narrow, within, "").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"overlapSeconds\":-1}",
        "{\"overlapSeconds\":2592001}",
        "{\"overlapSeconds\":\"1h\"}",
        "{\"overlap\":60}",
        "[]"
      })
  void refusesARotationThatIsNone(String body) throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    JsonNode made = made(admin, "{\"scopes\":[\"infer\"]}");

    assertThat(rotate(admin, made, body).status()).isEqualTo(400);
    assertThat(statusWith(made)).isEqualTo(200);
  }

  @Test
  void aKeyThatIsOverOrNotThereIsNotRotated() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    JsonNode made = made(admin, "{\"scopes\":[\"infer\"],\"expiresInSeconds\":1}");
    Instant end = Instant.parse(made.path("expiresAt").asText());
    Eventually.isTrue("it has expired", Duration.ofSeconds(5), () -> Instant.now().isAfter(end));

    assertThat(rotate(admin, made, "").message()).contains("has expired");
    assertThat(api.send("POST", "/v1/keys/nobody/rotate", "", "x-api-key", admin).status())
        .isEqualTo(404);
  }

  @Test
  void aKeyForNamesThatBeginAlikeSeesThoseAlone() throws Exception {
    api.knows("acme-chat", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    api.knows("theirs", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    JsonNode made = made(admin, "{\"scopes\":[\"infer\",\"deploy\"],\"models\":[\"acme-*\"]}");
    String key = made.path("key").asText();

    assertThat(made.path("models").path(0).asText()).isEqualTo("acme-*");
    assertThat(made.path("models")).hasSize(1);
    assertThat(api.get("/v1/models", "x-api-key", key).json().path("data").findValuesAsText("id"))
        .containsExactly("acme-chat");
    assertThat(api.get("/v1/models/theirs", "x-api-key", key).status()).isEqualTo(404);
    assertThat(deploy(key, "theirs").status()).isEqualTo(403);
    assertThat(deploy(key, "acme-new").status()).isEqualTo(202);
  }

  @Test
  void aKeyForSomeModelsNeitherSeesNorReplacesTheOthersThatADeploymentNames() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    String narrow =
        api.key(
            Set.of(Scope.DEPLOY),
            Set.of(new ModelName("relieved"), new ModelName("relieved-small")));
    String address = "/v1/deployments/relieved";
    String all =
        "{\"engine\":\"jvm\",\"needs\":[\"their-part\"],\"fallbacks\":[\"their-small\","
            + "\"relieved-small\"],\"shadow\":{\"to\":\"their-next\",\"share\":0.5}}";
    Answer made = api.send("PUT", address, all, "x-api-key", admin);
    assertThat(made.status()).as(made.response().body()).isEqualTo(202);

    Answer seen = api.get(address, "x-api-key", narrow);
    Answer scaled = api.send("PATCH", address, "{\"replicas\":2}", "x-api-key", narrow);
    String shown = seen.json().path("spec").toString();
    Answer back = api.send("PUT", address, shown, "x-api-key", narrow, "if-match", "*");
    Answer foreseen = api.send("PUT", address + "?dryRun=true", shown, "x-api-key", narrow);

    assertThat(seen.response().body()).contains("relieved-small").doesNotContain("their-");
    assertThat(scaled.status()).isEqualTo(202);
    assertThat(scaled.response().body()).doesNotContain("their-");
    for (Answer refused : List.of(back, foreseen)) {
      assertThat(refused.status()).as(refused.response().body()).isEqualTo(403);
      assertThat(refused.message())
          .contains("falls back to or is copied to a model that")
          .contains("declare it with a key for all of them")
          .doesNotContain("their-");
    }
    assertThat(api.get(address, "x-api-key", admin).response().body())
        .contains("their-part", "their-small", "their-next");
    assertThat(api.send("PUT", address, all, "x-api-key", admin, "if-match", "*").status())
        .as("whoever sees them all replaces it")
        .isEqualTo(202);
  }

  /** The owner of a name does not know who asks, and names its parts in whole. */
  @Test
  void noSentenceTellsAKeyForSomeModelsTheNameOfAnotherPart() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    String narrow =
        api.key(
            Set.of(Scope.DEPLOY), Set.of(new ModelName("made-of"), new ModelName("made-of-part")));
    String parts = "{\"engine\":\"jvm\",\"needs\":[\"their-lost\"]}";
    api.send("PUT", "/v1/deployments/made-of", parts, "x-api-key", admin);
    String part = "{\"engine\":\"jvm\"}";
    api.send("PUT", "/v1/deployments/made-of-part", part, "x-api-key", admin);
    String user = "{\"engine\":\"jvm\",\"needs\":[\"made-of-part\"]}";
    api.send("PUT", "/v1/deployments/their-whole", user, "x-api-key", admin);
    String away = PartWords.lacks(new ModelName("their-lost"), "away");
    api.lists("made-of", DeploymentPhase.PENDING, Optional.empty(), away);

    Answer one = api.get("/v1/deployments/made-of", "x-api-key", narrow);
    Answer why = api.get("/v1/deployments/made-of/why", "x-api-key", narrow);
    Answer all = api.get("/v1/deployments", "x-api-key", narrow);
    Answer model = api.get("/v1/models/made-of", "x-api-key", narrow);
    Answer removed = api.send("DELETE", "/v1/deployments/made-of-part", "", "x-api-key", narrow);

    assertThat(one.json().path("reason").asText())
        .isEqualTo("its part (not shown) is not deployed");
    assertThat(why.json().path("reason").asText())
        .isEqualTo("its part (not shown) is not deployed");
    assertThat(all.response().body()).contains("its part (not shown) is away");
    assertThat(model.message()).contains("its part (not shown) is away");
    assertThat(removed.status()).isEqualTo(409);
    assertThat(removed.message()).contains("made-of-part cannot be removed", "(not shown)");
    for (Answer told : List.of(one, why, all, model, removed)) {
      assertThat(told.response().body()).doesNotContain("their-");
    }
    assertThat(api.get("/v1/deployments/made-of/why", "x-api-key", admin).response().body())
        .as("whoever sees it is told")
        .contains("its part their-lost is not deployed");
  }

  /** Whoever gives its place, or takes one, is named by the owner, who does not know who asks. */
  @Test
  void noSentenceTellsAKeyForSomeModelsWhoTookItsPlaceOrWouldGiveOne() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    String narrow = api.key(Set.of(Scope.DEPLOY), Set.of(new ModelName("wants-room")));
    String address = "/v1/deployments/wants-room";
    String spec = "{\"engine\":\"jvm\"}";
    api.send("PUT", address, spec, "x-api-key", admin);
    api.lists(
        "wants-room",
        DeploymentPhase.PENDING,
        Optional.empty(),
        "gave way to their-chat, and comes back when there is room or it is asked for; 1 of 1 not"
            + " placed: the room there is made for their-chat");
    api.registry.gaveWay(new ModelName("wants-room"), new ModelName("their-chat"));

    Answer all = api.get("/v1/deployments", "x-api-key", narrow);
    Answer model = api.get("/v1/models/wants-room", "x-api-key", narrow);
    Answer why = api.get(address + "/why", "x-api-key", narrow);
    Answer events = api.get(address + "/events?after=0", "x-api-key", narrow);
    Answer foreseen = api.send("PUT", address + "?dryRun=true", spec, "x-api-key", narrow);

    assertThat(all.response().body()).contains("gave way to (not shown), and comes back");
    assertThat(model.message()).contains("the room there is made for (not shown)");
    assertThat(why.json().path("verdicts").path(0).path("text").asText())
        .isEqualTo("5 free; in place of (not shown): pinned");
    for (Answer told : List.of(why, events)) {
      assertThat(told.response().body())
          .contains("gives its place to (not shown)", "\"to\":\"(not shown)\"")
          .contains("that of (not shown) 5");
    }
    assertThat(foreseen.json().path("others")).isEmpty();
    assertThat(foreseen.json().path("moves").path(0).path("inPlaceOf")).isEmpty();
    assertThat(foreseen.json().path("moves").path(0).path("text").asText())
        .isEqualTo("starts on m1 in place of (not shown)");
    for (Answer told : List.of(all, model, why, events, foreseen)) {
      assertThat(told.response().body()).doesNotContain("their-");
    }
    assertThat(
            api.send("PUT", address + "?dryRun=true", spec, "x-api-key", admin).response().body())
        .as("whoever sees them is told")
        .contains("in place of their-chat-3, their-chat-4", "gave way to wants-room");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "a*b", "A-*", "**"})
  void refusesAPatternThatIsNone(String pattern) throws Exception {
    Answer refused =
        api.send(
            "POST",
            "/v1/keys",
            "{\"scopes\":[\"infer\"],\"models\":[\"" + pattern + "\"]}",
            "x-api-key",
            api.key(Set.of(Scope.ADMIN), Set.of()));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.message()).contains("such as team-a-*");
  }

  @Test
  void anAdministratorOfATenantKnowsItsKeysAlone() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    String acme = api.key(AllowList.ALL, Optional.of("acme"));
    JsonNode operators = made(admin, "{\"scopes\":[\"infer\"]}");
    JsonNode others = made(admin, "{\"scopes\":[\"infer\"],\"tenant\":\"other\"}");

    JsonNode own = made(acme, "{\"scopes\":[\"infer\"]}");

    assertThat(own.path("tenant").asText()).as("its creator's").isEqualTo("acme");
    assertThat(others.path("tenant").asText()).isEqualTo("other");
    assertThat(
            api.get("/v1/keys", "x-api-key", acme).json().path("data").findValuesAsText("tenant"))
        .isNotEmpty()
        .containsOnly("acme");
    assertThat(api.get("/v1/keys", "x-api-key", admin).response().body())
        .contains(operators.path("id").asText(), others.path("id").asText());
    for (JsonNode foreign : new JsonNode[] {operators, others}) {
      assertThat(rotate(acme, foreign, "").status()).isEqualTo(404);
      assertThat(
              api.send("DELETE", "/v1/keys/" + foreign.path("id").asText(), "", "x-api-key", acme)
                  .status())
          .isEqualTo(404);
    }
    assertThat(
            api.send(
                    "POST",
                    "/v1/keys",
                    "{\"scopes\":[\"infer\"],\"tenant\":\"other\"}",
                    "x-api-key",
                    acme)
                .status())
        .isEqualTo(403);
    assertThat(rotate(acme, own, "").status()).isEqualTo(200);
  }

  @Test
  void whoMaySeeSomeModelsIsToldOfOthersRequestsToThoseAlone() throws Exception {
    String narrow = api.key(Set.of(Scope.AUDIT), Set.of(new ModelName("mine")));
    String wide = api.key(Set.of(Scope.AUDIT), Set.of());
    api.parts.recent().add(request("to-mine", "somebody", "mine"));
    api.parts.recent().add(request("to-theirs", "somebody", "theirs"));
    api.parts.recent().add(request("to-none", "somebody", ""));

    assertThat(foundBy(narrow, "to-mine")).isEqualTo(200);
    assertThat(foundBy(narrow, "to-theirs")).isEqualTo(404);
    assertThat(foundBy(narrow, "to-none")).isEqualTo(404);
    assertThat(foundBy(wide, "to-theirs")).isEqualTo(200);
    assertThat(foundBy(wide, "to-none")).isEqualTo(200);
  }

  @Test
  void anAdministratorOfATenantIsToldOfRequestsWithItsKeysAlone() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    String acme = api.key(AllowList.ALL, Optional.of("acme"));
    String ours = api.key(AllowList.ALL, Optional.of("acme"));
    String theirs = api.key(AllowList.ALL, Optional.of("other"));
    api.parts.recent().add(request("ours", id(ours), "chat"));
    api.parts.recent().add(request("theirs", id(theirs), "chat"));
    api.parts.recent().add(request("the-operators", id(admin), "chat"));

    assertThat(foundBy(acme, "ours")).isEqualTo(200);
    assertThat(foundBy(acme, "theirs")).isEqualTo(404);
    assertThat(foundBy(acme, "the-operators")).isEqualTo(404);
    assertThat(foundBy(admin, "theirs")).isEqualTo(200);
  }

  /** A token has no key that tells whose it is, and a client may choose the same id as others. */
  @Test
  void anAdministratorSeesAndFiltersTheTenantsOfRequests() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    String acme = api.key(AllowList.ALL, Optional.of("acme"));
    api.parts.recent().add(request("shared", id(acme), "chat"));
    api.parts.recent().add(request("shared", "oidc:alice", "chat", Optional.of("acme")));
    api.parts.recent().add(request("shared", "oidc:bob", "chat", Optional.of("other")));
    api.parts.recent().add(request("shared", id(admin), "chat"));

    assertThat(tenants(admin, "")).containsExactlyInAnyOrder("acme", "acme", "other", "null");
    assertThat(tenants(admin, "?tenant=acme")).containsExactly("acme", "acme");
    assertThat(tenants(admin, "?tenant=other")).containsExactly("other");
    assertThat(tenants(acme, "")).containsExactly("acme", "acme");
    assertThat(tenants(acme, "?tenant=other")).isEmpty();
  }

  private List<String> tenants(String key, String query) throws Exception {
    return api.get("/v1/requests/shared" + query, "x-api-key", key)
        .json()
        .path("data")
        .findValuesAsText("tenant");
  }

  /** Clients choose the ids: whoever takes somebody else's must not hide what became of theirs. */
  @Test
  void aRequestOfAnotherKeyHereHidesNoneElsewhere() throws Exception {
    String key = api.key(Set.of(Scope.INFER), Set.of());
    RecentRequest somebodys = request("taken", "somebody", "chat");
    api.parts.recent().add(somebodys);
    // As many before it as are told of one id.
    api.anotherGatewayHad(
        Stream.concat(
                Collections.nCopies(20, somebodys).stream(),
                Stream.of(request("taken", id(key), "chat")))
            .toArray(RecentRequest[]::new));

    Eventually.passes(
        "it is found",
        Duration.ofSeconds(60),
        () -> {
          JsonNode found = api.get("/v1/requests/taken", "x-api-key", key).json().path("data");
          assertThat(found.findValuesAsText("key")).containsExactly(id(key));
        });
  }

  @Test
  void grantsPatternsOnlyWithinTheCreatorsOwn() throws Exception {
    String acme = api.key(ACMES, Optional.empty());

    assertThat(create(acme, "acme-*").status()).isEqualTo(201);
    assertThat(create(acme, "acme-eu-*").status()).isEqualTo(201);
    assertThat(create(acme, "acme-chat").status()).isEqualTo(201);
    assertThat(create(acme, "acm*").status()).isEqualTo(403);
    assertThat(create(acme, "theirs").status()).isEqualTo(403);
  }

  private Answer create(String creator, String models) throws Exception {
    return api.send(
        "POST",
        "/v1/keys",
        "{\"scopes\":[\"infer\"],\"models\":[\"" + models + "\"]}",
        "x-api-key",
        creator);
  }

  private Answer deploy(String key, String model) throws Exception {
    return api.send("PUT", "/v1/deployments/" + model, "{\"engine\":\"jvm\"}", "x-api-key", key);
  }

  private int foundBy(String key, String request) throws Exception {
    return api.get("/v1/requests/" + request, "x-api-key", key).status();
  }

  /** The public part of a key. */
  private static String id(String key) {
    return key.split("_")[1];
  }

  private static RecentRequest request(String id, String key, String model) {
    return request(id, key, model, Optional.empty());
  }

  private static RecentRequest request(
      String id, String key, String model, Optional<String> tenant) {
    String path = "/v1/chat/completions";
    return new RecentRequest(
        id, key, path, model, "ok", Instant.EPOCH, 1, 1, 0, 1, 0, List.of(), tenant);
  }

  private JsonNode made(String creator, String wish) throws Exception {
    return api.send("POST", "/v1/keys", wish, "x-api-key", creator).json();
  }

  private Answer rotate(String caller, JsonNode key, String body) throws Exception {
    return api.send(
        "POST", "/v1/keys/" + key.path("id").asText() + "/rotate", body, "x-api-key", caller);
  }

  private int statusWith(JsonNode key) throws Exception {
    return api.get("/v1/models", "x-api-key", key.path("key").asText()).status();
  }
}
