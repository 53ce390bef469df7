package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.testing.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The alert on failing requests is raised by each outcome that is the fleet's doing, and by none
 * that is the client's. An outcome is {@code ok}, {@code cancelled}, a refusal's code, or {@code
 * engine_} and the status of an engine's error.
 */
class RequestsFailAlertTest {

  @TempDir Path temporary;

  @Test
  void isRaisedByEveryFailureOfTheFleetAndByNoneOfItsClients() throws IOException {
    Path promtool =
        Parts.executable("promtool")
            .orElseThrow(() -> Parts.missing("promtool", "install prometheus"));
    List<String> failures = new ArrayList<>(List.of("engine_500", "engine_503"));
    List<String> others =
        new ArrayList<>(List.of("ok", "cancelled", "engine_400", "engine_404", "engine_422"));
    for (ErrorCode code : ErrorCode.values()) {
      boolean ours = code.status() >= 500 && code != ErrorCode.NOT_SUPPORTED;
      (ours ? failures : others).add(code.code());
    }

    Path test = temporary.resolve("test.yml");
    Files.writeString(test, ruleTest(failures, others));
    Shell.Outcome outcome =
        Shell.run(temporary, Map.of(), promtool.toString(), "test", "rules", test.toString());

    assertThat(outcome.code()).as(outcome.output()).isZero();
  }

  /** Of each outcome a model of its name has nothing else. */
  private static String ruleTest(List<String> failures, List<String> others) {
    StringBuilder series = new StringBuilder();
    StringBuilder alerts = new StringBuilder();
    for (List<String> outcomes : List.of(failures, others)) {
      for (String outcome : outcomes) {
        series.append(
            """
                  - series: 'remuda_requests_total{model="%s",outcome="%s"}'
                    values: '0+60x20'
            """
                .formatted(outcome, outcome));
      }
    }
    for (String outcome : failures) {
      alerts.append(
          """
                      - exp_labels: {severity: warning, model: %s}
                        exp_annotations:
                          summary: "100%% of the requests to %s fail"
                          action: "./remuda events %s; ./remuda logs %s"
          """
              .formatted(outcome, outcome, outcome, outcome));
    }
    return """
        rule_files: [%s]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
        %s
            alert_rule_test:
              - eval_time: 15m
                alertname: RemudaRequestsFail
                exp_alerts:
        %s
        """
        .formatted(Repository.root().resolve("deploy/prometheus/alerts.yml"), series, alerts);
  }
}
