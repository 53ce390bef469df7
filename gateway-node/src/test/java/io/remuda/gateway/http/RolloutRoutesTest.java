package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.http.ApiFixture.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Where an update stands, and taking it back, by HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolloutRoutesTest {

  private ApiFixture api;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.open();
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  @Test
  void aDeploymentOfOneVersionHasNoRolloutAndNoneToTakeBack() throws Exception {
    api.send("PUT", "/v1/deployments/one", "{\"engine\":\"jvm\"}");

    Answer status = api.get("/v1/deployments/one/rollout");
    assertThat(status.status()).isEqualTo(200);
    assertThat(status.json().path("stage").asText()).isEqualTo("NONE");
    assertThat(status.json().path("strategy").asText()).isEqualTo("auto");
    assertThat(status.json().at("/ready/to").asInt()).isEqualTo(1);
    Answer back = api.send("POST", "/v1/deployments/one/rollback", "");
    assertThat(back.status()).isEqualTo(409);
    assertThat(back.code()).isEqualTo("rollout_conflict");
  }

  @Test
  void aDeploymentShowsTheStrategyThatItWasGiven() throws Exception {
    Answer put =
        api.send(
            "PUT",
            "/v1/deployments/careful",
            "{\"engine\":\"jvm\",\"rollout\":{\"strategy\":\"recreate\"}}");

    assertThat(put.status()).isEqualTo(202);
    assertThat(put.json().at("/spec/rollout/strategy").asText()).isEqualTo("recreate");
    assertThat(put.json().path("rollout").isNull()).isTrue();
  }

  @Test
  void aCanaryIsGivenAnotherShareAndPromoted() throws Exception {
    String canary = "{\"engine\":\"jvm\",\"rollout\":{\"canaryPercent\":5}}";
    assertThat(api.send("PUT", "/v1/deployments/bird", canary).status()).isEqualTo(202);

    Answer alone = api.send("PUT", "/v1/deployments/bird/canary", "{\"percent\":25}");
    assertThat(alone.status()).isEqualTo(202);
    assertThat(alone.json().at("/spec/rollout/canaryPercent").asInt()).isEqualTo(25);
    Answer both =
        api.send("PUT", "/v1/deployments/bird/canary", "{\"weights\":{\"old\":60,\"new\":40}}");
    assertThat(both.json().at("/spec/rollout/canaryPercent").asInt()).isEqualTo(40);
    assertThat(api.send("POST", "/v1/deployments/bird/promote", "").status()).isEqualTo(202);
    Answer again = api.send("POST", "/v1/deployments/bird/promote", "");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.code()).isEqualTo("rollout_conflict");
  }

  @Test
  void refusesWeightsThatDoNotAddUpAndSaysTheirSum() throws Exception {
    Answer sum = weights("{\"weights\":{\"old\":90,\"new\":20}}");
    assertThat(sum.json().at("/error/message").asText()).contains("old 90 with new 20 are 110");
    assertThat(sum.json().at("/error/param").asText()).isEqualTo("weights");
    assertThat(weights("{\"weights\":{\"old\":90}}").json().at("/error/param").asText())
        .isEqualTo("weights.new");
    assertThat(weights("{\"percent\":101}").json().at("/error/param").asText())
        .isEqualTo("percent");
    assertThat(weights("{\"percent\":20,\"weights\":{\"old\":80,\"new\":20}}").json().toString())
        .contains("leave one of them out");
    assertThat(weights("{}").json().at("/error/message").asText()).contains("percent is missing");
    assertThat(weights("{\"share\":20}").json().at("/error/param").asText()).isEqualTo("share");
  }

  private Answer weights(String body) throws Exception {
    Answer refused = api.send("PUT", "/v1/deployments/one/canary", body);
    assertThat(refused.status()).as(body).isEqualTo(400);
    return refused;
  }

  @Test
  void refusesWhatItDoesNotKnow() throws Exception {
    assertThat(api.get("/v1/deployments/nobody/rollout").status()).isEqualTo(404);
    assertThat(api.send("POST", "/v1/deployments/nobody/rollback", "").status()).isEqualTo(404);
    assertThat(api.send("POST", "/v1/deployments/nobody/promote", "").status()).isEqualTo(404);
    assertThat(api.send("PUT", "/v1/deployments/nobody/canary", "{\"percent\":5}").status())
        .isEqualTo(404);
    Answer put =
        api.send(
            "PUT",
            "/v1/deployments/odd",
            "{\"engine\":\"jvm\",\"rollout\":{\"strategy\":\"slowly\"}}");
    assertThat(put.status()).isEqualTo(400);
    assertThat(put.json().at("/error/param").asText()).isEqualTo("rollout.strategy");
  }
}
