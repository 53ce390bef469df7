package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How an instance and its engine end. */
class ModelInstanceEndTest extends InstanceFixture {

  @Test
  void drainsBeforeTheEngineIsEnded() {
    FakeRuntime runtime = FakeRuntime.quick();
    ActorRef<ModelInstance.Command> instance = ready(runtime);
    Admission.Permit permit = gate().tryAcquire().orElseThrow();

    instance.tell(new ModelInstance.Stop(Duration.ofSeconds(20)));

    expect(Phase.DRAINING);
    owner.expectNoMessage(Duration.ofMillis(100));
    assertThat(gate().isOpen()).isFalse();
    assertThat(runtime.engines.get(0).endedWith).isEmpty();
    permit.release();
    expect(Phase.ENDED);
    assertThat(runtime.engines.get(0).endedWith).contains(Duration.ofSeconds(1));
    kit.createTestProbe().expectTerminated(instance);
    assertThat(hosted.find(ID)).isEmpty();
    assertThat(data.resolve(ID.toString())).doesNotExist();
  }

  @Test
  void anEngineThatNoSignalEndsKeepsItsPlaceUntilItIsGone() {
    FakeRuntime runtime = FakeRuntime.quick();
    ActorRef<ModelInstance.Command> instance = ready(runtime);
    runtime.engines.get(0).deathless = true;

    instance.tell(new ModelInstance.Stop(Duration.ZERO));

    assertThat(expect(Phase.DRAINING).reason()).isEmpty();
    InstanceState stuck = expect(Phase.DRAINING);
    assertThat(stuck.reason().orElseThrow()).contains("pid 1000").contains("it still runs");
    assertThat(stuck.pid()).hasValue(1_000);
    assertThat(data.resolve(ID.toString())).exists();
    expect(Phase.DRAINING);
    assertThat(runtime.engines.get(0).endedWith).contains(Duration.ZERO);
    runtime.engines.get(0).deathless = false;
    await(Phase.ENDED);
    kit.createTestProbe().expectTerminated(instance);
    assertThat(data.resolve(ID.toString())).doesNotExist();
  }

  @Test
  void waitsNoLongerForWhatIsInFlightThanItWasTold() {
    FakeRuntime runtime = FakeRuntime.quick();
    ActorRef<ModelInstance.Command> instance = ready(runtime);
    assertThat(gate().tryAcquire()).isPresent();

    instance.tell(new ModelInstance.Stop(Duration.ofMillis(50)));

    expect(Phase.DRAINING);
    expect(Phase.ENDED);
  }

  @Test
  void aStopWhileItWaitsForItsTurnEndsIt() {
    FakeRuntime runtime = FakeRuntime.slow();
    ActorRef<ModelInstance.Command> instance = spawn(runtime);
    instance.tell(new ModelInstance.Begin(false));
    expect(Phase.STARTING);
    owner.expectMessageClass(InstanceNotice.WantsTurn.class);

    instance.tell(new ModelInstance.Stop(Duration.ZERO));

    expect(Phase.DRAINING);
    owner.expectMessageClass(InstanceNotice.TurnOver.class);
    expect(Phase.ENDED);
    assertThat(runtime.engines).isEmpty();
  }

  @Test
  void aStopWhileTheEngineWarmsEndsIt() {
    FakeRuntime runtime = FakeRuntime.slow();
    ActorRef<ModelInstance.Command> instance = spawn(runtime);
    begin(instance);
    expect(Phase.WARMING);

    instance.tell(new ModelInstance.Stop(Duration.ZERO));

    expect(Phase.DRAINING);
    owner.expectMessageClass(InstanceNotice.TurnOver.class);
    expect(Phase.ENDED);
    assertThat(runtime.engines.get(0).endedWith).isPresent();
  }

  @Test
  void anEngineThatHangsAndThatNoSignalEndsSaysSoAndIsReplacedWhenItIsGone() {
    FakeRuntime runtime = FakeRuntime.quick();
    ready(runtime);
    runtime.engines.get(0).deathless = true;

    runtime.engines.get(0).answering = false;

    assertThat(expect(Phase.BACKOFF).reason().orElseThrow()).contains("did not answer 2 times");
    InstanceState stuck = expect(Phase.BACKOFF);
    assertThat(stuck.reason().orElseThrow())
        .contains("did not answer 2 times")
        .contains("pid 1000")
        .contains("its memory stays reserved");
    expect(Phase.BACKOFF);
    runtime.engines.get(0).deathless = false;
    await(Phase.STARTING);
  }

  /** How often a stuck engine is told of again before it is gone is not the test's to say. */
  private void await(Phase phase) {
    Eventually.isTrue(
        "it is " + phase,
        LIMIT,
        () ->
            owner.receiveMessage(LIMIT) instanceof InstanceNotice.Changed changed
                && changed.state().phase() == phase);
  }
}
