package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One GPU of a machine, cordoned and opened by HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MachineGpuTest {

  private static final String MACHINE = "/v1/machines/" + ScriptedFleet.MACHINE;

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
  void leavesTheMachineOpen() throws Exception {
    JsonNode cordoned = api.send("POST", MACHINE + "/cordon?gpu=0", "").json();

    assertThat(cordoned.path("gpus").get(0).path("cordoned").asBoolean()).isTrue();
    assertThat(cordoned.path("cordoned").asBoolean()).isFalse();
    JsonNode opened = api.send("POST", MACHINE + "/uncordon?gpu=0", "").json();
    assertThat(opened.path("gpus").get(0).path("cordoned").asBoolean(true)).isFalse();
  }
}
