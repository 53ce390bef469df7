package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.check.Observation.LeaseCalled;
import io.remuda.deploy.check.Observation.LeaseHeld;
import io.remuda.deploy.check.Observation.ModelSample;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How many instances beyond its number leases excuse, and for how long. */
class LeasedSampleTest {

  private static final Duration HAD = Duration.ofMinutes(5);
  private static final Duration LAST = HAD.plus(LeasedSample.EXCUSED);
  private static final LeaseId LEASE = new LeaseId("a");
  private static final InstanceId ID = InstanceId.of("leased-3");

  @Test
  void whatALeaseBroughtIsAsWishedUntilItsTimeToLingerIsOver() {
    assertThat(LeasedSample.EXCUSED).isEqualTo(Duration.ofSeconds(60));

    assertThat(LeasedSample.of(ready(3), LAST, Optional.of(HAD)).wished()).isEqualTo(3);
  }

  @Test
  void oneBeyondTheNumberIsTooManyWhenThereWasNoLeaseForLong() {
    assertThat(LeasedSample.of(ready(3), LAST.plusMillis(1), Optional.of(HAD)).wished())
        .isEqualTo(2);
    assertThat(LeasedSample.of(ready(3), HAD, Optional.empty()).wished()).isEqualTo(2);
  }

  @Test
  void moreThanLeasesMayBringAreNeverAsWishedAndOneFewerNeither() {
    int tooMany = 2 + LeasedSample.MOST_BEYOND + 1;

    assertThat(LeasedSample.of(ready(tooMany), HAD, Optional.of(HAD)).wished()).isEqualTo(2);
    assertThat(LeasedSample.of(ready(1), HAD, Optional.of(HAD)).wished()).isEqualTo(2);
  }

  @Test
  void aLeaseIsSeenWhenItsHolderHasItOrIsAnsweredUnderItAndIsRememberedInTheNextRound() {
    Recorder recorder = new Recorder();
    recorder.add(new LeaseCalled(LEASE, 7, ID, Duration.ofNanos(1), Duration.ofNanos(2), false));
    assertThat(recorder.leaseSeen()).as("a call that was refused").isEmpty();

    recorder.add(new LeaseHeld(Duration.ofNanos(3), LEASE, 7, ID));
    assertThat(recorder.leaseSeen()).hasValue(Duration.ofNanos(3));

    recorder.add(new LeaseCalled(LEASE, 7, ID, Duration.ofNanos(4), Duration.ofNanos(5), true));
    var unused = recorder.take();
    assertThat(recorder.leaseSeen()).hasValue(Duration.ofNanos(5));
  }

  private static ModelSample ready(int ready) {
    return new ModelSample(2, Map.of(), ready, Optional.empty());
  }
}
