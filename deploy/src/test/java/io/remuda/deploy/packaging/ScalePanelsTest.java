package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.metrics.MetricNames;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the dashboard shows of deployments that sleep, wake and scale by themselves. */
class ScalePanelsTest {

  @Test
  void requestsThatAreHeldAreAddedUpOverTheGatewaysThatHoldThem() throws JsonProcessingException {
    assertThat(asked())
        .anySatisfy(
            query ->
                assertThat(query)
                    .startsWith("sum by (model) (" + shown(MetricNames.WAITING_REQUESTS)));
  }

  @Test
  void howLongWakesTakeAndHowOftenScaleChangesIsThere() throws JsonProcessingException {
    assertThat(asked())
        .anySatisfy(
            query -> assertThat(query).contains(shown(MetricNames.WAKE) + "_seconds_bucket"))
        .anySatisfy(
            query ->
                assertThat(query)
                    .startsWith("sum by (model, direction)")
                    .contains(shown(MetricNames.SCALE_CHANGES) + "_total"));
  }

  @Test
  void howLongGpuMemoryTakesToComeBackIsThere() throws JsonProcessingException {
    assertThat(asked())
        .anySatisfy(
            query ->
                assertThat(query).contains(shown(MetricNames.MEMORY_RETURN) + "_seconds_bucket"));
  }

  private static List<String> asked() throws JsonProcessingException {
    return new ObjectMapper()
        .readTree(Repository.read("deploy/grafana/remuda.json"))
        .findValuesAsText("expr");
  }

  private static String shown(String metric) {
    return metric.replace('.', '_');
  }
}
