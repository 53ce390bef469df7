package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelInstanceTest extends InstanceFixture {

  @Test
  void opensItsGateOnlyWhenTheEngineHasProvenItself() {
    FakeRuntime runtime = FakeRuntime.slow();
    ActorRef<ModelInstance.Command> instance = spawn(runtime);
    begin(instance);
    InstanceState warming = expect(Phase.WARMING);
    assertThat(gate().isOpen()).isFalse();
    assertThat(warming.pid()).hasValue(1_000);

    runtime.engines.get(0).proof.complete(Optional.empty());

    InstanceState ready = expect(Phase.READY);
    assertThat(ready.sequence()).isGreaterThan(warming.sequence());
    assertThat(gate().isOpen()).isTrue();
    assertThat(gate().slots()).isEqualTo(2);
    assertThat(hosted.find(ID).orElseThrow().upstream()).isInstanceOf(Upstream.Http.class);
  }

  @Test
  void anEngineThatDiesIsStartedAgainBehindTheSameGate() {
    FakeRuntime runtime = FakeRuntime.quick();
    ActorRef<ModelInstance.Command> instance = ready(runtime);
    Gate before = gate();

    runtime.engines.get(0).exit("signal 9");

    InstanceState backoff = expect(Phase.BACKOFF);
    assertThat(backoff.reason()).contains("signal 9");
    assertThat(backoff.pid()).isEmpty();
    expect(Phase.STARTING);
    owner.expectMessageClass(InstanceNotice.WantsTurn.class);
    instance.tell(new ModelInstance.YourTurn());
    expect(Phase.WARMING);
    InstanceState again = expect(Phase.READY);
    assertThat(again.restarts()).isEqualTo(4);
    assertThat(again.pid()).hasValue(1_001);
    assertThat(gate()).isSameAs(before);
    assertThat(gate().isOpen()).isTrue();
  }

  @Test
  void givesUpAfterTooManyFailuresAndSaysWhy() {
    FakeRuntime runtime = FakeRuntime.slow();
    runtime.refuse(Refused.of(ErrorCode.ENGINE_FAILED, "no port is free"), false);
    ActorRef<ModelInstance.Command> instance = spawn(runtime, 2);
    begin(instance);
    owner.expectMessageClass(InstanceNotice.TurnOver.class);
    assertThat(expect(Phase.BACKOFF).reason()).contains("no port is free");
    expect(Phase.STARTING);
    owner.expectMessageClass(InstanceNotice.WantsTurn.class);
    instance.tell(new ModelInstance.YourTurn());
    owner.expectMessageClass(InstanceNotice.TurnOver.class);

    assertThat(expect(Phase.FAILED).reason().orElseThrow())
        .contains("2 times in a row")
        .contains("no port is free");
  }

  @Test
  void whatCannotBeStartedAsDeclaredFailsAtOnce() {
    FakeRuntime runtime = FakeRuntime.slow();
    runtime.refuse(Refused.of(ErrorCode.INVALID_SPEC, "no argument of that name"), true);

    begin(spawn(runtime));

    owner.expectMessageClass(InstanceNotice.TurnOver.class);
    assertThat(expect(Phase.FAILED).reason().orElseThrow()).contains("no argument of that name");
  }

  @Test
  void anEngineThatDoesNotAnswerIsEndedAndStartedAgain() {
    FakeRuntime runtime = FakeRuntime.quick();
    ready(runtime);

    runtime.engines.get(0).answering = false;

    assertThat(expect(Phase.BACKOFF).reason().orElseThrow()).contains("did not answer 2 times");
    assertThat(expect(Phase.BACKOFF).reason().orElseThrow()).contains("told to end");
    assertThat(runtime.engines.get(0).endedWith).contains(Duration.ZERO);
    expect(Phase.STARTING);
  }

  @Test
  void takesUpTheEngineThatAFormerJvmHasLeft() {
    FakeRuntime runtime = FakeRuntime.left();
    ActorRef<ModelInstance.Command> instance = spawn(runtime);

    instance.tell(new ModelInstance.Begin(true));

    assertThat(expect(Phase.WARMING).pid()).hasValue(1_000);
    expect(Phase.READY);
    assertThat(gate().isOpen()).isTrue();
    assertThat(runtime.engines).hasSize(1);
  }

  @Test
  void startsAnewWhenNothingIsLeftToTakeUp() {
    FakeRuntime runtime = FakeRuntime.quick();
    ActorRef<ModelInstance.Command> instance = spawn(runtime);

    instance.tell(new ModelInstance.Begin(true));

    expect(Phase.STARTING);
    owner.expectMessageClass(InstanceNotice.WantsTurn.class);
  }
}
