package io.remuda.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceRefused;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A story is known by all that its events say. */
class StoryTest {

  private static final InstanceId ID = InstanceId.of("demo-1");

  @Test
  void isTheSameWhereTheSameIsWritten() {
    assertThat(told(refused("m1", "full"))).isEqualTo(told(refused("m1", "full")));
  }

  @Test
  void isAnotherOneWithAnotherMachineOrAnotherReason() {
    assertThat(told(refused("m2", "full"))).isNotEqualTo(told(refused("m1", "full")));
    assertThat(told(refused("m1", "old"))).isNotEqualTo(told(refused("m1", "full")));
    assertThat(told(ended(true))).isNotEqualTo(told(ended(false)));
  }

  private static JournalEvent refused(String machine, String reason) {
    return new InstanceRefused(
        ID, new MachineId(machine), ErrorCode.NODE_FULL, reason, Instant.EPOCH);
  }

  private static JournalEvent ended(boolean failed) {
    return new InstanceEnded(ID, failed, "it is over", Instant.EPOCH);
  }

  private static long told(JournalEvent event) {
    Story story = new Story(new Timeline(1));
    story.written(event, 7);
    return story.hash();
  }
}
