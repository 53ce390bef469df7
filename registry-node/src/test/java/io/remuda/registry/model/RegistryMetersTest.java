package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import kamon.Kamon;
import kamon.metric.Instrument;
import kamon.tag.TagSet;
import org.junit.jupiter.api.Test;

class RegistryMetersTest {

  private static final ModelName NAME = new ModelName("metered");

  private final RegistryMeters meters = new RegistryMeters();

  @Test
  void eachChangeThatANameMadeItselfIsCountedByItsDirection() {
    meters.written(
        List.of(
            scaled(0, 1),
            scaled(1, 3),
            new DeploymentEvent.DeploymentScaled(NAME, 2, Instant.EPOCH)),
        Duration.ofMillis(1));
    meters.written(List.of(scaled(3, 2)), Duration.ofMillis(1));

    assertThat(counted("up")).isEqualTo(2);
    assertThat(counted("down")).isEqualTo(1);
  }

  private static Autoscaled scaled(int from, int to) {
    return new Autoscaled(NAME, from, to, "load", 1, 0, Instant.EPOCH);
  }

  private static long counted(String direction) {
    return (Long)
        ((Instrument.Snapshotting<?>)
                Kamon.counter(MetricNames.SCALE_CHANGES)
                    .withTags(
                        TagSet.of(MetricNames.MODEL, NAME.value())
                            .withTag(MetricNames.DIRECTION, direction)))
            .snapshot(false);
  }
}
