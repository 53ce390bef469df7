package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Explanation;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why each instance is where it is, asked long after it was placed, on a real journal. */
class PlacedWhyTest {

  @TempDir Path data;

  @Test
  void anInstanceIsExplainedByItsPlacementHoweverLongAgoThatWas() {
    Map<String, Object> config =
        Map.of(
            "remuda.journal.page-limit",
            4,
            // No machine goes here: one that is late must not be missed.
            "remuda.liveness.suspect-after",
            "20s",
            "remuda.liveness.lost-after",
            "1m");
    try (TestRegistry registry = TestRegistry.start(data, config).awaitReady()) {
      registry.machine("m1");
      registry.deploy(aSpec().named("demo").apart().build());
      registry.awaitFirstReady("demo");
      // Its second instance finds no place, and its placement is long past.
      for (int i = 0; i < 4; i++) {
        registry.scale("demo", 1);
        registry.scale("demo", 2);
      }

      Explanation why = registry.explain("demo").explanation().orElseThrow();

      assertThat(why.missing()).isEqualTo(1);
      assertThat(why.verdicts()).extracting(Verdict::predicate).containsExactly("anti-affinity");
      assertThat(why.placed())
          .singleElement()
          .satisfies(
              placed -> {
                assertThat(placed.instance().machine().value()).isEqualTo("m1");
                assertThat(placed.because()).contains("assigned to m1").contains("full with it");
                assertThat(placed.weighed()).extracting(Verdict::fits).contains(true);
              });
      assertThat(why.history()).allMatch(event -> event.weighed().isEmpty());
    }
  }
}
