package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.node.engine.FilesRead;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Loading;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far a start is said to be. */
class StartProgressTest extends InstanceFixture {
  private static final ModelSpec SPEC = ModelSpec.of(ID.model(), "fake", Optional.empty());

  private final AtomicLong clock = new AtomicLong(1_000);

  @BeforeEach
  void windTheClock() {
    progressInterval = Duration.ofMillis(10);
    nanoTime = clock::get;
  }

  @Test
  void aStartIsMeasuredByTheLastOne() {
    starts.took(SPEC, Duration.ofSeconds(100));
    FakeRuntime runtime = FakeRuntime.slow();
    loading(runtime);

    later(Duration.ofSeconds(42));
    InstanceState some = await(42);
    later(Duration.ofSeconds(500));
    InstanceState more = await(99);
    runtime.engines.get(0).proof.complete(Optional.empty());
    InstanceState ready = await(100);
    owner.expectMessageClass(InstanceNotice.TurnOver.class);

    assertThat(some.phase()).isEqualTo(Phase.WARMING);
    assertThat(more.sequence()).isGreaterThan(some.sequence());
    assertThat(more.report(gate()).progress()).hasValue(0.99);
    assertThat(ready.phase()).isEqualTo(Phase.READY);
    assertThat(starts.last(SPEC)).contains(Duration.ofSeconds(542));
  }

  @Test
  void nothingIsSaidOfAFirstStartAndTheNextOneIsMeasuredByIt() {
    FakeRuntime runtime = FakeRuntime.slow();
    assertThat(loading(runtime).progress()).isEqualTo(-1);
    later(Duration.ofSeconds(20));

    runtime.engines.get(0).proof.complete(Optional.empty());

    assertThat(expect(Phase.READY).progress()).isEqualTo(100);
    owner.expectMessageClass(InstanceNotice.TurnOver.class);
    assertThat(starts.last(SPEC)).contains(Duration.ofSeconds(20));
  }

  @Test
  void aFirstStartIsSeenByTheBytesThatItsEngineHasRead() {
    FakeRuntime runtime = FakeRuntime.slow();
    loading(runtime);
    later(Duration.ofSeconds(10));
    runtime.engines.get(0).read = Optional.of(new FilesRead(1_000, 4_000));

    InstanceState some = await(25);
    runtime.engines.get(0).read = Optional.of(new FilesRead(200, 4_000));
    later(Duration.ofSeconds(10));
    InstanceState less = await("a look later", state -> !state.loading().equals(some.loading()));
    runtime.engines.get(0).proof.complete(Optional.empty());
    InstanceState ready = await(100);
    owner.expectMessageClass(InstanceNotice.TurnOver.class);

    Loading first = new Loading(1_000, 4_000, Optional.of(Duration.ofSeconds(30)));
    assertThat(some.report(gate()).loading()).contains(first);
    assertThat(some.route(new MachineId("m1"), "127.0.0.1:1", 2).loading()).contains(first);
    assertThat(less.loading().map(Loading::bytesRead))
        .as("never less than before")
        .contains(1_000L);
    assertThat(ready.loading()).isEmpty();
  }

  @Test
  void aStartThatFailedMeasuresNothing() {
    FakeRuntime runtime = FakeRuntime.slow();
    loading(runtime);

    runtime.engines.get(0).exit("no such tensor");

    owner.expectMessageClass(InstanceNotice.TurnOver.class);
    expect(Phase.BACKOFF);
    assertThat(starts.last(SPEC)).isEmpty();
  }

  private InstanceState loading(FakeRuntime runtime) {
    ActorRef<ModelInstance.Command> instance = spawn(runtime);
    begin(instance);
    return await("its engine runs", state -> state.phase() == Phase.WARMING);
  }

  private void later(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  private InstanceState await(int percent) {
    return await(percent + " %", state -> state.progress() == percent);
  }

  private InstanceState await(String what, Predicate<InstanceState> wanted) {
    return Eventually.find(
        what,
        LIMIT,
        () ->
            Optional.of(owner.receiveMessage(LIMIT))
                .filter(InstanceNotice.Changed.class::isInstance)
                .map(notice -> ((InstanceNotice.Changed) notice).state())
                .filter(wanted));
  }
}
