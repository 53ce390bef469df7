package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A model that is to be tried again on a machine that it did not fit on, by HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetryRouteTest {

  private static final String RETRY = "/v1/machines/" + ScriptedFleet.MACHINE + "/retry/";

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
  void answersWithTheDeployment() throws Exception {
    api.send("PUT", "/v1/deployments/tried", "{\"engine\":\"jvm\",\"model\":\"demo\"}");

    assertThat(api.send("POST", RETRY + "tried", "").json().path("name").asText())
        .isEqualTo("tried");
    assertThat(api.send("POST", RETRY + "nobody", "").status()).isEqualTo(404);
  }
}
