package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.SchemaAccepted;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecorderTest {

  private static final ModelName NAME = new ModelName("demo");
  private static final Duration THEN = Duration.ofNanos(1);
  private static final Duration LATER = Duration.ofNanos(2);

  private final Recorder recorder = new Recorder();

  @Test
  void whatWasAcceptedByAJournalThatIsGoneCountsForNothing() {
    Observation before = new DeploymentChanged(THEN, NAME, 1, Change.DEPLOYED);
    Observation unsure = new DeploymentChanged(LATER, NAME, 0, Change.UNSURE);
    recorder.add(before);
    recorder.add(unsure);
    recorder.add(new DeploymentChanged(LATER, NAME, 2, Change.DEPLOYED));
    recorder.add(new SchemaAccepted(LATER, NAME, "f1", false));

    recorder.takeBackAccepted(THEN);

    assertThat(recorder.take()).containsExactly(before, unsure);
  }

  @Test
  void whatLiesAheadHasNotBeenSeen() {
    Observation ahead =
        new DeploymentChanged(recorder.now().plus(Duration.ofHours(1)), NAME, 1, Change.DEPLOYED);

    assertThatIllegalArgumentException().isThrownBy(() -> recorder.add(ahead));
  }
}
