package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.testing.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alert on a mailbox that grows goes by the node's own alarm, and not by a burst. */
class MailboxLongAlertTest {

  @TempDir Path temporary;

  @Test
  void isRaisedAboveTheSettingOnceAMinuteHasNotEmptiedIt() throws IOException {
    Path promtool =
        Parts.executable("promtool")
            .orElseThrow(() -> Parts.missing("promtool", "install prometheus"));
    long alarm = ConfigFactory.load().getLong("remuda.metrics.mailbox-alarm");
    Path test = temporary.resolve("test.yml");
    Files.writeString(
        test,
        """
        rule_files: [%s]
        evaluation_interval: 30s
        tests:
          - interval: 30s
            input_series:
              - series: 'remuda_mailbox_longest{job="remuda-registry",instance="long",system="cluster"}'
                values: '%dx6'
              - series: 'remuda_mailbox_longest{job="remuda-registry",instance="within",system="cluster"}'
                values: '%dx6'
              - series: 'remuda_mailbox_longest{job="remuda-registry",instance="burst",system="cluster"}'
                values: '0 0 0 %d 0 0 0'
            alert_rule_test:
              - eval_time: 90s
                alertname: RemudaMailboxLong
                exp_alerts:
                  - exp_labels: {severity: warning, job: remuda-registry, instance: long, system: cluster}
                    exp_annotations:
                      summary: "remuda-registry at long: an actor of cluster has %d messages before it"
                      action: "Its log says which one (event=mailbox-long). Too little processor for the node, or something blocks."
        """
            .formatted(
                Repository.root().resolve("deploy/prometheus/alerts.yml"),
                alarm + 1,
                alarm,
                alarm + 1,
                alarm + 1));

    Shell.Outcome outcome =
        Shell.run(temporary, Map.of(), promtool.toString(), "test", "rules", test.toString());

    assertThat(outcome.code()).as(outcome.output()).isZero();
  }
}
