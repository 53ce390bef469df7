package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.check.Invariant;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.MachineSample;
import io.remuda.deploy.check.Observation.ModelSample;
import io.remuda.deploy.check.Observation.Outcome;
import io.remuda.deploy.check.Observation.Request;
import io.remuda.deploy.check.Observation.Sample;
import io.remuda.deploy.check.Observation.Size;
import io.remuda.deploy.check.Violation;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is wrong after the last round is found, though no fault was there to look for it. */
class RestTest {

  private static final ModelName CHAT = new ModelName("chat");
  private static final InstanceId FIRST = new InstanceId(CHAT, 1);
  private static final InstanceId STRAY = new InstanceId(CHAT, 2);
  private static final MachineId M1 = new MachineId("m1");
  private static final MachineId M2 = new MachineId("m2");

  /** When the last client had ended. */
  private static final Duration ENDED = Duration.ofSeconds(100);

  private final Rest rest = new Rest(List.of(started(Duration.ofSeconds(1), M1)), ENDED);

  @Test
  void aFleetThatStaysAsItIsWishedIsLeftAlone() {
    rest.see(List.of(asked(Outcome.ANSWERED), asWished(ENDED)));

    assertThat(rest.wrong()).isEmpty();
  }

  @Test
  void aQueueThatOutgrowsItsBoundIsFound() {
    rest.see(List.of(asWished(ENDED), new Size(ENDED, "gateway-1", "requests held", 9, 8)));

    assertThat(rest.wrong())
        .extracting(Violation::sentence)
        .containsExactly("requests held of gateway-1 is 9, and may be 8");
  }

  @Test
  void anInstanceThatRunsElsewhereToo() {
    rest.see(List.of(asWished(ENDED), started(ENDED, M2)));

    assertThat(rest.wrong()).extracting(Violation::invariant).containsExactly(Invariant.ONE_START);
  }

  @Test
  void aRequestThatFailsHasNoExcuse() {
    rest.see(List.of(asked(Outcome.FAILED), asWished(ENDED)));

    assertThat(rest.wrong())
        .extracting(Violation::invariant)
        .containsExactly(Invariant.NO_UNDUE_FAILURE);
  }

  @Test
  void whatIsNeverAsWishedOnceNobodyAsksIsToldAsTheLastLookSawIt() {
    rest.see(List.of(asWished(ENDED.minusMillis(1)), stray(ENDED)));
    rest.see(List.of(stray(ENDED.plusSeconds(1))));

    assertThat(rest.wrong())
        .extracting(Violation::sentence)
        .containsExactly("m1 runs chat-2 unassigned");
  }

  /** What comes and goes is at times seen by half. */
  @Test
  void oneLookThatFindsNothingIsEnough() {
    rest.see(List.of(stray(ENDED), asWished(ENDED.plusSeconds(1)), stray(ENDED.plusSeconds(2))));

    assertThat(rest.wrong()).isEmpty();
  }

  @Test
  void whatNobodyLooksAtIsNotCalledWell() {
    rest.see(List.of(asWished(ENDED.minusMillis(1))));

    assertThat(rest.wrong())
        .extracting(Violation::sentence)
        .containsExactly("nobody looked after the last client had ended");
  }

  /** They would be a reason to wait for rest. */
  @Test
  void changesOfOperatorsAreJudgedElsewhere() {
    rest.see(List.of(new DeploymentChanged(ENDED, CHAT, 2, Change.DEPLOYED), asWished(ENDED)));

    assertThat(rest.wrong()).isEmpty();
    assertThat(rest.seen()).as("by whoever is given all").hasSize(2);
  }

  private static InstanceStarted started(Duration at, MachineId machine) {
    return new InstanceStarted(
        at, machine, FIRST, 1, new Resources(0, 128, 0.5, 0), Map.of(), false);
  }

  private static Observation asked(Outcome outcome) {
    return new Request(
        "client-0-1",
        "client-0",
        CHAT,
        "gateway-1",
        ENDED.minusSeconds(2),
        Optional.empty(),
        ENDED.minusSeconds(1),
        outcome,
        Optional.of(FIRST));
  }

  private static Sample asWished(Duration at) {
    return looked(at, List.of(FIRST));
  }

  /** With one more than anybody knows of. */
  private static Sample stray(Duration at) {
    return looked(at, List.of(FIRST, STRAY));
  }

  private static Sample looked(Duration at, List<InstanceId> runs) {
    return new Sample(
        at,
        Map.of(CHAT, new ModelSample(1, Map.of(FIRST, M1), 1, Optional.empty())),
        Map.of(M1, new MachineSample(runs, runs)));
  }
}
