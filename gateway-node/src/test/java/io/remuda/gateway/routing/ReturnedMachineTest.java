package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.MachineId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReturnedMachineTest {

  private final Replicas replicas = new Replicas();

  @Test
  void whatComesBackWithItsMachineGetsLittleAtFirst() {
    replicas.ready(1, 4, "a");
    replicas.ready(2, 4, "b");
    replicas.pass(Replicas.SHIPPED.slowStart());
    assertThat(warmth(1)).isEqualTo(1);

    replicas.routes.mask(Set.of(new MachineId("a")));
    replicas.pass(Replicas.SHIPPED.slowStart());
    replicas.routes.mask(Set.of());

    assertThat(warmth(1)).isZero();
    assertThat(warmth(2)).isEqualTo(1);
    replicas.pass(Replicas.SHIPPED.slowStart());
    assertThat(warmth(1)).isEqualTo(1);
  }

  @Test
  void soDoesWhatComesBackWithAFrontThatWasSilent() {
    replicas.ready(1, 4, "a");
    replicas.ready(2, 4, "b");
    replicas.pass(Replicas.SHIPPED.slowStart());

    replicas.routes.silent(Set.of(new MachineId("b")));
    replicas.routes.silent(Set.of());

    assertThat(warmth(2)).isZero();
    assertThat(warmth(1)).isEqualTo(1);
  }

  private double warmth(int number) {
    return replicas.target(number).vitals().warmth(replicas.now.get(), Replicas.SHIPPED);
  }
}
