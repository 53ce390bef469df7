package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alert on certificates names the node whose certificate ends soon, and no other. */
class CertificateEndsAlertTest {

  @TempDir Path temporary;

  @Test
  void isRaisedTwoWeeksBeforeTheEnd() throws IOException {
    Path promtool =
        Parts.executable("promtool")
            .orElseThrow(() -> Parts.missing("promtool", "install prometheus"));
    Path test = temporary.resolve("test.yml");
    Files.writeString(
        test,
        """
        rule_files: [%s]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - series: 'remuda_certificate_left_seconds{job="remuda-model",instance="gpu-03:7902"}'
                values: '1209000x5'
              - series: 'remuda_certificate_left_seconds{job="remuda-model",instance="gpu-04:7902"}'
                values: '1210000x5'
              - series: 'remuda_certificate_left_seconds{job="remuda-gateway",instance="gw:8080",of="public"}'
                values: '1209000x5'
            alert_rule_test:
              - eval_time: 3m
                alertname: RemudaPublicCertificateEnds
                exp_alerts:
                  - exp_labels: {severity: warning, job: remuda-gateway, instance: "gw:8080", of: public}
                    exp_annotations:
                      summary: "the certificate that clients see at gw:8080 is good for 13d 23h 50m 0s more"
                      action: "Renew it and put both files in the place of the old ones; the gateway uses them without a restart."
              - eval_time: 3m
                alertname: RemudaCertificateEnds
                exp_alerts:
                  - exp_labels: {severity: warning, job: remuda-model, instance: "gpu-03:7902"}
                    exp_annotations:
                      summary: "the certificate of remuda-model at gpu-03:7902 is good for 13d 23h 50m 0s more"
                      action: "./remuda join-token NAME --out FILE, then on its machine ./remuda ca renew --data DIR --join-token FILE"
        """
            .formatted(Repository.root().resolve("deploy/prometheus/alerts.yml")));

    Shell.Outcome outcome =
        Shell.run(temporary, Map.of(), promtool.toString(), "test", "rules", test.toString());

    assertThat(outcome.code()).as(outcome.output()).isZero();
  }
}
