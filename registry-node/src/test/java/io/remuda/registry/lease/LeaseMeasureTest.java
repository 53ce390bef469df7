package io.remuda.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.lease.LeaseEvent.LeaseEnded;
import io.remuda.registry.lease.LeaseEvent.LeaseMoved;
import io.remuda.registry.lease.LeaseState.Cause;
import io.remuda.registry.lease.LeaseState.Part;
import io.remuda.registry.model.RegistryMeters;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseMeasureTest {

  private static final LeaseId ID = new LeaseId("measured");
  private static final ModelName MODEL = new ModelName("measured-model");

  private final LeaseMeasure measure = new LeaseMeasure(new RegistryMeters().leases());

  @Test
  void aMoveIsCountedForItsModel() {
    Part lost = new Part(new InstanceId(MODEL, 3), new MachineId("m1"));

    measure.written(List.of(new LeaseMoved(ID, MODEL, lost, "its machine is gone", Instant.EPOCH)));

    assertThat(LeaseReadings.moves(MODEL.value())).isEqualTo(1);
  }

  @Test
  void eachCauseOfAnEndIsCountedByItself() {
    long expired = LeaseReadings.ends("expired");
    long notDeployed = LeaseReadings.ends("not_deployed");

    measure.written(List.of(new LeaseEnded(ID, Cause.EXPIRED, "not renewed", Instant.EPOCH)));

    assertThat(LeaseReadings.ends("expired")).isEqualTo(expired + 1);
    assertThat(LeaseReadings.ends("not_deployed")).isEqualTo(notDeployed);
  }
}
