package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.TaskFacet;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When an instance works off durable tasks, and what it says of them. */
class InstanceTasksTest extends InstanceFixture {

  private final List<FakeDuty> duties = new CopyOnWriteArrayList<>();

  /** Work that the test decides over. */
  private static final class FakeDuty implements TaskDesk.Duty {
    final boolean gateWasOpen;
    final CompletableFuture<Void> idle = new CompletableFuture<>();
    volatile TaskFacet facet = TaskFacet.TAKING;
    volatile boolean draining;
    volatile boolean closed;

    FakeDuty(HostedInstance instance) {
      this.gateWasOpen = instance.gate().isOpen();
    }

    @Override
    public TaskFacet facet() {
      return facet;
    }

    @Override
    public CompletionStage<Void> drain() {
      draining = true;
      return idle;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @BeforeEach
  void hire() {
    tasks =
        instance -> {
          FakeDuty duty = new FakeDuty(instance);
          duties.add(duty);
          return Optional.of(duty);
        };
  }

  private FakeDuty duty() {
    return duties.get(duties.size() - 1);
  }

  private InstanceState next(TaskFacet facet) {
    InstanceState state = owner.expectMessageClass(InstanceNotice.Changed.class).state();
    assertThat(state.tasks()).contains(facet);
    return state;
  }

  private ActorRef<ModelInstance.Command> working(FakeRuntime runtime) {
    ActorRef<ModelInstance.Command> instance = spawn(runtime);
    begin(instance);
    assertThat(expect(Phase.WARMING).tasks()).isEmpty();
    assertThat(expect(Phase.READY).tasks()).contains(TaskFacet.TAKING);
    owner.expectMessageClass(InstanceNotice.TurnOver.class);
    return instance;
  }

  @Test
  void takesTasksOnceItsGateIsOpen() {
    working(FakeRuntime.quick());

    assertThat(duties).hasSize(1);
    assertThat(duty().gateWasOpen).isTrue();
    assertThat(hosted.find(ID).orElseThrow().phase()).isEqualTo(Phase.READY);
  }

  private static CompletableFuture<Optional<Refused>> hold(
      ActorRef<ModelInstance.Command> instance, LeaseToken grant, int slots) {
    CompletableFuture<Optional<Refused>> answer = new CompletableFuture<>();
    instance.tell(new ModelInstance.Hold(grant, Duration.ofHours(1), answer::complete, slots));
    return answer;
  }

  @Test
  void takesNothingWhileSharesHaveAllItsSlotsAndTasksAgainWhenOneIsOver() {
    ActorRef<ModelInstance.Command> instance = working(FakeRuntime.quick());
    int slots = gate().slots();
    for (int each = 1; each <= slots; each++) {
      assertThat(duty().draining).as("with %d of %d slots shared", each - 1, slots).isFalse();
      LeaseToken grant = new LeaseToken(new LeaseId("l" + each), each);
      assertThat(hold(instance, grant, 1)).succeedsWithin(LIMIT).isEqualTo(Optional.empty());
    }
    assertThat(duty().draining).isTrue();
    assertThat(hosted.find(ID).orElseThrow().phase()).isEqualTo(Phase.READY);
    assertThat(duties).hasSize(1);

    CompletableFuture<Optional<Refused>> released = new CompletableFuture<>();
    LeaseToken first = new LeaseToken(new LeaseId("l1"), 1);
    instance.tell(new ModelInstance.Release(first, released::complete));

    assertThat(released).succeedsWithin(LIMIT).isEqualTo(Optional.empty());
    Eventually.isTrue("takes tasks again", LIMIT, () -> duties.size() == 2);
    assertThat(duty().draining).isFalse();
  }

  @Test
  void saysWhyNoTasksComeAndThatTheyComeAgainWhileItServes() {
    working(FakeRuntime.quick());

    duty().facet = TaskFacet.off("the broker cannot be reached");
    assertThat(next(TaskFacet.off("the broker cannot be reached")).phase()).isEqualTo(Phase.READY);
    assertThat(gate().isOpen()).isTrue();

    duty().facet = TaskFacet.TAKING;
    next(TaskFacet.TAKING);
    assertThat(duties).hasSize(1);
  }

  @Test
  void takesNothingWhileItsEngineIsAwayAndGoesOnWithTheNextOne() {
    FakeRuntime runtime = FakeRuntime.quick();
    ActorRef<ModelInstance.Command> instance = working(runtime);
    FakeDuty first = duty();

    runtime.engines.get(0).exit("signal 9");

    assertThat(expect(Phase.BACKOFF).tasks()).contains(TaskFacet.NOT_READY);
    assertThat(first.draining).isTrue();
    assertThat(first.closed).isFalse();
    first.idle.complete(null);
    Eventually.isTrue("the first one is let go", LIMIT, () -> first.closed);
    expect(Phase.STARTING);
    owner.expectMessageClass(InstanceNotice.WantsTurn.class);
    instance.tell(new ModelInstance.YourTurn());
    expect(Phase.WARMING);
    assertThat(expect(Phase.READY).tasks()).contains(TaskFacet.TAKING);
    assertThat(duties).hasSize(2);
    assertThat(duty().draining).isFalse();
  }

  @Test
  void endsItsEngineOnlyWhenTheResultsAreStored() {
    FakeRuntime runtime = FakeRuntime.quick();
    ActorRef<ModelInstance.Command> instance = working(runtime);

    instance.tell(new ModelInstance.Stop(LIMIT));

    assertThat(expect(Phase.DRAINING).tasks()).contains(TaskFacet.NOT_READY);
    assertThat(duty().draining).isTrue();
    owner.expectNoMessage(Duration.ofMillis(100));
    assertThat(runtime.engines.get(0).endedWith).isEmpty();
    duty().idle.complete(null);
    expect(Phase.ENDED);
    Eventually.isTrue("let go", LIMIT, () -> duty().closed);
  }

  @Test
  void aTaskThatDoesNotEndHoldsAStopNoLongerThanItsLimit() {
    FakeRuntime runtime = FakeRuntime.quick();
    ActorRef<ModelInstance.Command> instance = working(runtime);

    instance.tell(new ModelInstance.Stop(Duration.ofMillis(50)));

    expect(Phase.DRAINING);
    expect(Phase.ENDED);
    Eventually.isTrue("let go", LIMIT, () -> duty().closed);
  }

  @Test
  void anInstanceThatEndsWithoutAWordLetsItsTasksGo() {
    ActorRef<ModelInstance.Command> instance = working(FakeRuntime.quick());

    kit.stop(instance, LIMIT);

    Eventually.isTrue("let go", LIMIT, () -> duty().closed);
  }

  @Test
  void aModelWithoutASchemaSaysNothingOfTasks() {
    tasks = TaskDesk.closed("no queue is configured");

    ActorRef<ModelInstance.Command> instance = spawn(FakeRuntime.quick());
    begin(instance);
    expect(Phase.WARMING);

    assertThat(expect(Phase.READY).tasks()).isEmpty();
  }
}
