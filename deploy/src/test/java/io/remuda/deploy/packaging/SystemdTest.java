package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the units of systemd leave to a node, and how long they wait for it. */
class SystemdTest {

  private static final Config DEFAULTS = ConfigFactory.load();

  @Test
  void enginesOutliveTheirNodeAndMayHaveCgroupsOfTheirOwn() {
    Map<String, String> unit = service("model");

    assertThat(unit)
        .containsEntry("KillMode", "process")
        .containsEntry("Delegate", "yes")
        // What hands memory on to engines' cgroups may have no processes of its own.
        .containsEntry("DelegateSubgroup", "node")
        .doesNotContainEntry("ProtectControlGroups", "yes")
        .doesNotContainEntry("ProtectControlGroups", "true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry", "model", "gateway"})
  void aNodeIsGivenTheTimeThatItTakesAtMostToEndInGoodOrder(String kind) {
    Map<String, String> unit = service(kind);

    assertThat(Duration.ofSeconds(Long.parseLong(unit.get("TimeoutStopSec"))))
        .isGreaterThanOrEqualTo(DEFAULTS.getDuration("remuda.launch.shutdown-limit"));
    assertThat(unit.get("ExecStart")).startsWith("/opt/remuda/remuda " + kind + " ");
    assertThat(unit).containsEntry("Restart", "on-failure").containsEntry("User", "remuda");
  }

  private static Map<String, String> service(String kind) {
    Map<String, String> entries = new HashMap<>();
    List<String> lines =
        Repository.read("deploy/systemd/remuda-" + kind + ".service").lines().toList();
    for (String line : lines.subList(lines.indexOf("[Service]") + 1, lines.indexOf("[Install]"))) {
      int equals = line.indexOf('=');
      if (equals > 0 && !line.startsWith("#")) {
        entries.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return entries;
  }
}
