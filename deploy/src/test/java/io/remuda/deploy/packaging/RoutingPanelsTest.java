package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.metrics.MetricNames;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the dashboard shows of how requests are routed. */
class RoutingPanelsTest {

  private static final Pattern OUTCOMES = Pattern.compile("outcome=~\"([a-z_|]+)\"");

  @Test
  void refusalsAreShownByCodesThatExist() throws JsonProcessingException {
    String refused =
        asked().stream()
            .filter(query -> query.contains(ErrorCode.WAITED_TOO_LONG.code()))
            .findFirst()
            .orElseThrow();
    Matcher outcomes = OUTCOMES.matcher(refused);

    assertThat(refused).contains(shown(MetricNames.REQUESTS) + "_total");
    assertThat(outcomes.find()).isTrue();
    assertThat(Arrays.asList(outcomes.group(1).split("\\|", -1)))
        .hasSizeGreaterThan(4)
        .allSatisfy(code -> assertThat(ErrorCode.of(code).code()).isEqualTo(code));
  }

  @Test
  void instancesThatAreLeftOutAreAddedUpOverTheGatewaysThatLeaveThemOut()
      throws JsonProcessingException {
    assertThat(asked())
        .anySatisfy(
            query ->
                assertThat(query)
                    .startsWith("sum by (model)")
                    .contains(shown(MetricNames.OUT_NOW) + "{"))
        .anySatisfy(query -> assertThat(query).contains(shown(MetricNames.LEFT_OUT) + "_total"));
  }

  @Test
  void whatLimitsKeepOutIsToldApartByTheLimitAndByWhoseItIs() throws JsonProcessingException {
    assertThat(asked())
        .anySatisfy(
            query ->
                assertThat(query)
                    .startsWith("sum by (%s, %s)".formatted(MetricNames.KIND, MetricNames.OF))
                    .contains(shown(MetricNames.LIMIT_REFUSALS) + "_total["));
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
