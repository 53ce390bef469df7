package io.remuda.node.external;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.JoinedWorker;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.TaskFacet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExternalWorkersTest {

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger ids = new AtomicInteger();
  private final ExternalWorkers workers =
      new ExternalWorkers(Sample.SETTINGS, nanos::get, () -> "id-" + ids.incrementAndGet());

  @Test
  void isInWhenTheRegistryHasTakenItsModel() {
    CompletableFuture<ExternalWorkers.Outcome> joining = join(Sample.worker("w"));
    CompletableFuture<JoinedWorker> arrival = next();
    assertThat(joining).isNotDone();
    assertThat(arrival).isNotDone();

    taken();

    assertThat(joining.join().joined().orElseThrow().id()).isEqualTo("id-1");
    assertThat(arrival.join().address()).contains(Sample.worker("w").address().orElseThrow());
    ModelSpec spec = workers.look().get(0);
    assertThat(spec.engine()).isEqualTo("external");
    assertThat(spec.schema()).contains(Sample.TEXT);
    assertThat(spec.slots()).as("each worker's own affair").isEmpty();
    assertThat(arrival.join().slots()).hasValue(3);
  }

  @Test
  void isForgottenWhenTheRegistryRefusesItsModel() {
    CompletableFuture<ExternalWorkers.Outcome> joining = join(Sample.worker("w"));
    Refused refused = Refused.of(ErrorCode.SCHEMA_CONFLICT, "demo.In.text is string, not bytes");

    workers.answered(workers.look().get(0), Optional.of(refused), List.of());

    assertThat(joining.join().refused()).contains(refused);
    assertThat(workers.look()).isEmpty();
    assertThat(workers.ping("id-1", Optional.empty())).isEmpty();
  }

  @Test
  void isOutOfServiceWhenItDoesNotPingAndBackWhenItDoes() {
    joined(Sample.worker("w"));
    JoinedWorker present = next().join();

    after(7);

    assertThat(present.gone().toCompletableFuture().join()).contains("w has not pinged for 6 s");
    assertThat(workers.look()).as("its model stays for a while").hasSize(1);
    CompletableFuture<JoinedWorker> arrival = next();
    assertThat(arrival).isNotDone();

    assertThat(workers.ping("id-1", Optional.empty())).isPresent();

    assertThat(arrival.join().gone().toCompletableFuture()).isNotDone();
  }

  @Test
  void isNotBlamedForAPauseOfTheMachineItself() {
    joined(Sample.worker("w"));
    JoinedWorker present = next().join();

    nanos.addAndGet(100_000_000_000L);
    workers.lookAround();

    assertThat(present.gone().toCompletableFuture()).isNotDone();
  }

  @Test
  void isMissedTooWhenItPingsMoreOftenThanAnyoneLooks() {
    WorkerSettings often =
        new WorkerSettings(
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            2,
            List.of());
    ExternalWorkers many = new ExternalWorkers(often, nanos::get, () -> "id");
    many.join(Sample.worker("w"));
    many.look().forEach(spec -> many.answered(spec, Optional.empty(), List.of()));
    JoinedWorker present = many.next(Sample.MODEL, "").join();

    for (int look = 0; look < 3; look++) {
      nanos.addAndGet(ExternalWorkers.LOOK.toNanos());
      many.lookAround();
    }

    assertThat(present.gone().toCompletableFuture()).isDone();
  }

  @Test
  void isGivenNoMoreTimeForAPauseThanItLasted() {
    joined(Sample.worker("w"));
    JoinedWorker present = next().join();
    nanos.addAndGet(100_000_000_000L);
    workers.ping("id-1", Optional.empty());
    workers.lookAround();

    after(7);

    assertThat(present.gone().toCompletableFuture()).isDone();
  }

  @Test
  void isForgottenWhenItIsSilentForLong() {
    joined(Sample.worker("w"));

    after(61);

    assertThat(workers.look()).isEmpty();
    assertThat(workers.ping("id-1", Optional.empty())).isEmpty();
  }

  @Test
  void takesItsOwnPlaceAgainAtOnceAndItsFormerLifeIsUnknown() {
    joined(Sample.worker("w"));
    JoinedWorker former = next().join();

    CompletableFuture<ExternalWorkers.Outcome> again = join(Sample.worker("w"));

    assertThat(again.join().joined().orElseThrow().id()).isEqualTo("id-2");
    assertThat(former.gone().toCompletableFuture()).isDone();
    assertThat(workers.ping("id-1", Optional.empty())).isEmpty();
    assertThat(workers.ping("id-2", Optional.empty())).isPresent();
    assertThat(next().join().gone().toCompletableFuture()).isNotDone();
  }

  @Test
  void comesBackWithOtherSlotsAndDutiesWithoutAskingAgain() {
    joined(Sample.worker("w"));

    CompletableFuture<ExternalWorkers.Outcome> again =
        join(new Worker("w", Sample.MODEL, Sample.TEXT, Optional.empty(), OptionalInt.of(9), true));

    assertThat(again.join().joined()).isPresent();
    JoinedWorker present = next().join();
    assertThat(present.slots()).hasValue(9);
    assertThat(present.address()).isEmpty();
    assertThat(present.tasks()).contains(TaskFacet.TAKING);
  }

  @Test
  void withAnotherSchemaWaitsForTheRegistryAgain() {
    joined(Sample.worker("w"));

    CompletableFuture<ExternalWorkers.Outcome> again =
        join(Sample.worker("w", Sample.MODEL, Sample.BYTES));

    assertThat(again).isNotDone();
    assertThat(next()).as("no instance of the former schema gets it").isNotDone();
  }

  @Test
  void refusesAnotherWorkerOfTheModelWhileTheFirstIsHeard() {
    joined(Sample.worker("w"));

    Refused refused = join(Sample.worker("other")).join().refused().orElseThrow();

    assertThat(refused.code()).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(refused.message()).contains("worker w has shout on this machine");

    after(7);

    assertThat(join(Sample.worker("other")).join().joined()).isPresent();
  }

  @Test
  void refusesMoreWorkersThanTheMachineTakes() {
    joined(Sample.worker("a"));
    joined(Sample.worker("b", new ModelName("b"), Sample.TEXT));

    Refused refused =
        join(Sample.worker("c", new ModelName("c"), Sample.TEXT)).join().refused().orElseThrow();

    assertThat(refused.code()).isEqualTo(ErrorCode.NODE_FULL);
  }

  @Test
  void leavesAtOnceAndOnce() {
    joined(Sample.worker("w"));
    JoinedWorker present = next().join();

    assertThat(workers.leave("id-1")).isTrue();
    assertThat(workers.leave("id-1")).isFalse();

    assertThat(present.gone().toCompletableFuture().join()).contains("has left");
    assertThat(workers.look()).isEmpty();
  }

  @Test
  void saysWhatItsWorkerSaysOfItsTasks() {
    Worker eager =
        new Worker("w", Sample.MODEL, Sample.TEXT, Optional.empty(), OptionalInt.empty(), true);
    joined(eager);
    JoinedWorker present = next().join();
    assertThat(present.tasks()).contains(TaskFacet.TAKING);

    workers.ping("id-1", Optional.of(TaskFacet.off("the broker is away")));

    assertThat(present.tasks()).contains(TaskFacet.off("the broker is away"));
  }

  private CompletableFuture<ExternalWorkers.Outcome> join(Worker worker) {
    return workers.join(worker).toCompletableFuture();
  }

  private void joined(Worker worker) {
    CompletableFuture<ExternalWorkers.Outcome> joining = join(worker);
    taken();
    assertThat(joining.join().joined()).isPresent();
  }

  private void taken() {
    workers.look().forEach(spec -> workers.answered(spec, Optional.empty(), List.of()));
  }

  private CompletableFuture<JoinedWorker> next() {
    return workers.next(Sample.MODEL, Sample.TEXT.fingerprint());
  }

  private void after(int seconds) {
    for (int second = 0; second < seconds; second++) {
      nanos.addAndGet(1_000_000_000L);
      workers.lookAround();
    }
  }
}
