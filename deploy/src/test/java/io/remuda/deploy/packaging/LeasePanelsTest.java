package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.metrics.MetricNames;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What the dashboard shows of leases. */
class LeasePanelsTest {

  @Test
  void leasesAreAddedUpOverTheRegistryNodesThatKeepThem() throws JsonProcessingException {
    assertThat(asked()).contains("sum by (state) (" + shown(MetricNames.LEASES) + ")");
  }

  @Test
  void howLongTheyTakeAndHowTheyEndAndMoveIsThere() throws JsonProcessingException {
    assertThat(asked())
        .anySatisfy(
            query -> assertThat(query).contains(shown(MetricNames.LEASE_READY) + "_seconds_bucket"))
        .anySatisfy(
            query ->
                assertThat(query)
                    .startsWith("sum by (outcome)")
                    .contains(shown(MetricNames.LEASE_ENDS) + "_total"))
        .anySatisfy(query -> assertThat(query).contains(shown(MetricNames.LEASE_MOVES) + "_total"));
  }

  @Test
  void callsThatAreRefusedAsStaleAreThereByTheCodesThatTheyAreRefusedWith()
      throws JsonProcessingException {
    assertThat(asked())
        .anySatisfy(
            query ->
                assertThat(query)
                    .contains(shown(MetricNames.REQUESTS) + "_total")
                    .contains(code(ErrorCode.STALE_LEASE) + "|" + code(ErrorCode.ENDED)));
  }

  private static String code(ErrorCode code) {
    return code.name().toLowerCase(Locale.ROOT);
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
