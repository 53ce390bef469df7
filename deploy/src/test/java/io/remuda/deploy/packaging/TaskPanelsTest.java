package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.metrics.MetricNames;
import org.junit.jupiter.api.Test;

/** What the dashboard shows of durable tasks. */
class TaskPanelsTest {

  @Test
  void howManyWaitForEachModelIsThereOnceHoweverManyGatewaysTellOfIt()
      throws JsonProcessingException {
    String depth = MetricNames.TASK_QUEUE_DEPTH.replace('.', '_');

    assertThat(
            new ObjectMapper()
                .readTree(Repository.read("deploy/grafana/remuda.json"))
                .findValuesAsText("expr"))
        .anySatisfy(asked -> assertThat(asked).startsWith("max by (model) (" + depth));
  }

  @Test
  void howManyWereGivenUpIsThere() throws JsonProcessingException {
    String givenUp = MetricNames.TASKS_GIVEN_UP.replace('.', '_');

    assertThat(
            new ObjectMapper()
                .readTree(Repository.read("deploy/grafana/remuda.json"))
                .findValuesAsText("expr"))
        .contains("max(" + givenUp + ")");
  }
}
