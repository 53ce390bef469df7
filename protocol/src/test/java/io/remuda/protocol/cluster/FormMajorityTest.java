package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.Keys;
import io.remuda.protocol.cluster.FormPolicy.Decision;
import io.remuda.protocol.cluster.FormPolicy.Decision.FormAlone;
import io.remuda.protocol.cluster.FormPolicy.Decision.KeepLooking;
import io.remuda.protocol.cluster.FormPolicy.Sighting;
import io.remuda.protocol.config.HostPort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many of 1, 3 or 5 registry nodes have to meet before one of them forms a cluster. */
class FormMajorityTest {

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "5, 3"})
  void aMajorityOfTheContactListIsRequired(int nodes, int majority) {
    List<HostPort> all = nodes(nodes);
    NodeSettings settings =
        new NodeSettings(
            Set.of(Keys.ROLE_REGISTRY),
            "remuda",
            all.get(0),
            all,
            Optional.empty(),
            0,
            false,
            all.get(0).host(),
            0,
            Path.of("target"));

    assertThat(
            SystemConfig.cluster(settings, ConfigFactory.load(), Greeting.of(settings, 1), false)
                .getInt(
                    "akka.management.cluster.bootstrap.contact-point-discovery"
                        + ".required-contact-point-nr"))
        .isEqualTo(majority);
    assertThat(decision(all, all.subList(0, majority), all.get(0))).isEqualTo(new FormAlone());
    if (majority > 1) {
      assertThat(decision(all, all.subList(0, majority - 1), all.get(0)))
          .isEqualTo(
              new KeepLooking(
                  "reached %d of %d registry nodes, needs %d"
                      .formatted(majority - 1, nodes, majority)));
    }
  }

  /** Whoever reaches whom: two nodes that both form one would have to be each other's contacts. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5})
  void ofTwoPartsThatDoNotReachEachOtherAtMostOneForms(int nodes) {
    List<HostPort> all = nodes(nodes);
    for (int parting = 0; parting < 1 << nodes; parting++) {
      int side = parting;
      List<HostPort> here = all.stream().filter(node -> on(side, all.indexOf(node))).toList();
      List<HostPort> there = all.stream().filter(node -> !on(side, all.indexOf(node))).toList();

      assertThat(forming(all, here) + forming(all, there)).as("parting %d", parting).isEqualTo(1);
    }
  }

  private static boolean on(int side, int node) {
    return (side & 1 << node) != 0;
  }

  private static int forming(List<HostPort> all, List<HostPort> part) {
    List<HostPort> forming = new ArrayList<>(part);
    forming.removeIf(self -> !decision(all, part, self).equals(new FormAlone()));
    return forming.size();
  }

  private static Decision decision(List<HostPort> all, List<HostPort> reached, HostPort self) {
    return new FormPolicy("remuda", self, all.size(), true, false)
        .decide(
            reached.stream().map(node -> new Sighting(node, node, "remuda", Set.of())).toList(),
            true);
  }

  private static List<HostPort> nodes(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> new HostPort("10.0.0." + i, 1)).toList();
  }
}
