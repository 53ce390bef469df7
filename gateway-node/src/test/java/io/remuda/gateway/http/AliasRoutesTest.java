package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Second names of models, by HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AliasRoutesTest {

  private ApiFixture api;
  private String admin;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withKeys();
    admin = api.key(Set.of(Scope.ADMIN), Set.of());
    api.knows("chat-v1", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  private Answer put(String name, String body, String... headers) throws Exception {
    String[] all = Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "x-api-key";
    all[headers.length + 1] = admin;
    return api.send("PUT", "/v1/aliases/" + name, body, all);
  }

  private void heard(String name, String target) {
    api.routes.merge(
        Catalog.EMPTY.with(
            Listing.ofAlias(
                new ModelName(name),
                3,
                0,
                DeploymentPhase.READY,
                Optional.of(new ModelName(target)),
                ScriptedFleet.THEN)));
  }

  @Test
  void isSetLookedAtSwitchedAndRemoved() throws Exception {
    Answer first = put("chat", "{\"target\":\"chat-v1\"}");
    Answer shown = api.get("/v1/aliases/chat", "x-api-key", admin);
    Answer late = put("chat", "{\"target\":\"chat-v2\"}", "if-match", "\"7\"");
    Answer second = put("chat", "{\"target\":\"chat-v2\"}", "if-match", first.header("etag"));
    Answer gone = api.send("DELETE", "/v1/aliases/chat", "", "x-api-key", admin);

    assertThat(first.status()).as(first.response().body()).isEqualTo(200);
    assertThat(first.header("etag")).isEqualTo("\"1\"");
    assertThat(first.json().path("reason").isNull()).isTrue();
    assertThat(first.json().path("ready").asInt()).isEqualTo(1);
    assertThat(shown.json().path("target").asText()).isEqualTo("chat-v1");
    assertThat(late.status()).isEqualTo(412);
    assertThat(second.json().path("target").asText()).isEqualTo("chat-v2");
    assertThat(second.json().path("reason").asText()).contains("chat-v2 was removed");
    assertThat(gone.status()).isEqualTo(200);
    assertThat(api.get("/v1/aliases/chat", "x-api-key", admin).status()).isEqualTo(404);
    assertThat(api.send("DELETE", "/v1/aliases/chat", "", "x-api-key", admin).status())
        .isEqualTo(404);
  }

  @Test
  void refusesWhatNamesNoTarget() throws Exception {
    assertThat(put("bad", "{}").json().at("/error/param").asText()).isEqualTo("target");
    assertThat(put("bad", "{\"target\":7}").status()).isEqualTo(400);
    assertThat(put("bad", "{\"target\":\"Not A Name\"}").message()).contains("does not match");
    assertThat(put("bad", "{\"target\":\"x\",\"weight\":3}").json().at("/error/param").asText())
        .isEqualTo("weight");
    assertThat(put("Not%20A%20Name", "{\"target\":\"x\"}").status()).isEqualTo(400);
    assertThat(put("bad", "{\"target\":\"x\"}", "if-match", "latest").status()).isEqualTo(400);
  }

  @Test
  void anAliasThatShadowsADeploymentIsRefused() throws Exception {
    api.send("PUT", "/v1/deployments/taken", "{\"engine\":\"jvm\"}", "x-api-key", admin);

    assertThat(put("taken", "{\"target\":\"chat-v1\"}").status()).isEqualTo(400);
  }

  @Test
  void modelsAreListedUnderTheirAliasesToo() throws Exception {
    heard("talk", "chat-v1");
    heard("lost", "nobody");

    Answer models = api.get("/v1/models", "x-api-key", admin);
    Answer one = api.get("/v1/models/talk", "x-api-key", admin);
    Answer lost = api.get("/v1/models/lost", "x-api-key", admin);
    Answer aliases = api.get("/v1/aliases", "x-api-key", admin);

    assertThat(models.json().path("data").findValuesAsText("id"))
        .contains("chat-v1", "talk")
        .doesNotContain("lost");
    assertThat(one.json().path("id").asText()).isEqualTo("talk");
    assertThat(one.json().path("alias_of").asText()).isEqualTo("chat-v1");
    assertThat(one.json().path("owned_by").asText()).isEqualTo("remuda");
    assertThat(api.get("/v1/models/chat-v1", "x-api-key", admin).json().has("alias_of")).isFalse();
    assertThat(lost.status()).isEqualTo(404);
    assertThat(lost.message()).contains("alias of 'nobody', which was removed");
    assertThat(aliases.json().path("data").findValuesAsText("name")).contains("lost", "talk");
    assertThat(
            api.get("/v1/deployments", "x-api-key", admin)
                .json()
                .path("data")
                .findValuesAsText("name"))
        .doesNotContain("talk", "lost");
  }

  @Test
  void aKeyForAnAliasSeesItAndNotItsModelAndPointsItNowhereElse() throws Exception {
    heard("mine", "chat-v1");
    String key = api.key(Set.of(Scope.INFER, Scope.DEPLOY), Set.of(new ModelName("mine")));

    assertThat(api.get("/v1/models", "x-api-key", key).json().path("data").findValuesAsText("id"))
        .containsExactly("mine");
    assertThat(
            api.get("/v1/aliases", "x-api-key", key).json().path("data").findValuesAsText("name"))
        .containsExactly("mine");
    assertThat(
            api.send("PUT", "/v1/aliases/mine", "{\"target\":\"other\"}", "x-api-key", key)
                .status())
        .isEqualTo(404);
    assertThat(
            api.send("PUT", "/v1/aliases/other", "{\"target\":\"mine\"}", "x-api-key", key)
                .status())
        .isEqualTo(403);
  }

  @Test
  void aTaskIsTheModelsThatItsAddressStandsForNow() throws Exception {
    api.knows("chatty", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    heard("chatter", "chatty");
    String key = api.key(Set.of(Scope.INFER), Set.of(new ModelName("chatter")));

    Answer accepted =
        api.send(
            "POST",
            "/v1/models/chatter/tasks",
            "{\"model\":\"chatter\",\"messages\":[]}",
            "x-api-key",
            key);

    assertThat(accepted.status()).as(accepted.response().body()).isEqualTo(202);
    assertThat(api.tasks.published)
        .last()
        .satisfies(
            task -> {
              assertThat(task.getModel()).isEqualTo("chatty");
              assertThat(task.getPayload().toStringUtf8()).contains("\"model\":\"chatty\"");
            });
  }
}
