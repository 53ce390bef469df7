package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.testing.Parts;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dashboard, alert rules and scrape configuration ask for metrics that the nodes have. */
class DashboardTest {

  private static final Pattern METRIC = Pattern.compile("remuda_[a-z_]+");
  // What Prometheus sees behind a name: the unit, then the kind.
  private static final Pattern SUFFIX =
      Pattern.compile("(_seconds|_bytes)?(_bucket|_sum|_count|_total)?$");

  @TempDir Path temporary;

  @Test
  void theDashboardAsksForMetricsThatExist() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(Repository.read("deploy/grafana/remuda.json"));

    List<String> asked = dashboard.findValuesAsText("expr");

    assertThat(asked).hasSizeGreaterThan(20);
    assertThat(unknownIn(asked)).isEmpty();
    assertThat(unknownIn(dashboard.findValuesAsText("definition"))).isEmpty();
  }

  @Test
  void theDashboardShowsModelsTheirNamesAndTheirInstances() {
    assertThat(Repository.read("deploy/grafana/remuda.json"))
        .contains("remuda_models_active", "remuda_model_info", "remuda_model_instances");
  }

  @Test
  void theAlertRulesAskForMetricsThatExistAndSayWhatToDo() throws IOException {
    JsonNode rules = new YAMLMapper().readTree(Repository.read("deploy/prometheus/alerts.yml"));

    assertThat(unknownIn(rules.findValuesAsText("expr"))).isEmpty();
    for (JsonNode rule : rules.at("/groups/0/rules")) {
      assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
      assertThat(rule.at("/annotations/action").asText()).isNotBlank();
    }
  }

  @Test
  void promtoolAcceptsConfigurationAndRules() {
    Path promtool =
        Parts.executable("promtool")
            .orElseThrow(() -> Parts.missing("promtool", "install prometheus"));

    Shell.Outcome outcome =
        Shell.run(
            temporary,
            Map.of(),
            promtool.toString(),
            "check",
            "config",
            Repository.root().resolve("deploy/prometheus/prometheus.yml").toString());

    assertThat(outcome.code()).as(outcome.output()).isZero();
  }

  private static Set<String> unknownIn(List<String> queries) {
    Set<String> known = known();
    Set<String> unknown = new TreeSet<>();
    for (String query : queries) {
      Matcher metric = METRIC.matcher(query);
      while (metric.find()) {
        String name = metric.group();
        if (!known.contains(name) && !known.contains(SUFFIX.matcher(name).replaceFirst(""))) {
          unknown.add(name);
        }
      }
    }
    return unknown;
  }

  private static Set<String> known() {
    Set<String> names = new HashSet<>();
    for (Field field : MetricNames.class.getDeclaredFields()) {
      if (field.getType() == String.class) {
        try {
          names.add(String.valueOf(field.get(null)).replace('.', '_'));
        } catch (IllegalAccessException e) {
          // Private: nothing that anybody measures under.
        }
      }
    }
    return names;
  }
}
