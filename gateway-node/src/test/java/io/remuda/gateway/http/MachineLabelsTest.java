package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.http.ApiFixture.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels of a machine, set and taken away by HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MachineLabelsTest {

  private static final String LABELS = "/v1/machines/" + ScriptedFleet.MACHINE + "/labels";

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
  void setsSomeTakesOthersAwayAndLeavesTheRest() throws Exception {
    api.send("PATCH", LABELS, "{\"rack\":\"7\",\"old\":\"x\"}");

    Answer answer = api.send("PATCH", LABELS, "{\"rack\":\"8\",\"old\":null}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("labels").path("rack").asText()).isEqualTo("8");
    assertThat(answer.json().path("labels").has("old")).isFalse();
    assertThat(answer.json().path("labels").path("zone").asText()).isEqualTo("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"rack\":7}",
        "{\"rack\":\"a\\nb\"}",
        "{\"ends-with-\":\"a\"}",
        "{\"a=b\":null}",
        "{\"\":\"a\"}"
      })
  void refusesWhatIsNoChangeOfLabels(String body) throws Exception {
    Answer answer = api.send("PATCH", LABELS, body);

    assertThat(answer.status()).as(body).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid_request");
  }

  @Test
  void knowsNoLabelsOfAMachineThatDoesNotExist() throws Exception {
    assertThat(api.send("PATCH", "/v1/machines/nobody/labels", "{\"a\":\"b\"}").status())
        .isEqualTo(404);
  }
}
