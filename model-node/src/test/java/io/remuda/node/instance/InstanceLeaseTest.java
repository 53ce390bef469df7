package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.typed.ActorRef;
import io.remuda.node.instance.Tenure.Mode;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.TaskFacet;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How one instance comes under a lease and out of it. */
class InstanceLeaseTest extends InstanceFixture {

  private static final Duration LONG = Duration.ofHours(1);

  private static LeaseToken token(long number) {
    return new LeaseToken(new LeaseId("l" + number), number);
  }

  private CompletableFuture<Optional<Refused>> hold(
      ActorRef<ModelInstance.Command> instance, LeaseToken grant, Duration ttl) {
    CompletableFuture<Optional<Refused>> answer = new CompletableFuture<>();
    instance.tell(new ModelInstance.Hold(grant, ttl, answer::complete));
    return answer;
  }

  private Optional<Refused> release(ActorRef<ModelInstance.Command> instance, LeaseToken grant)
      throws ExecutionException, InterruptedException, TimeoutException {
    return get(askRelease(instance, grant));
  }

  private CompletableFuture<Optional<Refused>> askRelease(
      ActorRef<ModelInstance.Command> instance, LeaseToken grant) {
    CompletableFuture<Optional<Refused>> answer = new CompletableFuture<>();
    instance.tell(new ModelInstance.Release(grant, answer::complete));
    return answer;
  }

  private static <T> T get(CompletableFuture<T> answer)
      throws ExecutionException, InterruptedException, TimeoutException {
    return answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private LeaseGate leaseGate() {
    return hosted.find(ID).orElseThrow().lease();
  }

  private Path file() {
    return data.resolve(ID.toString()).resolve("lease.json");
  }

  private void awaitFree() {
    Eventually.isTrue("free again", LIMIT, () -> leaseGate().tenure().mode() == Mode.FREE);
  }

  @Test
  void answersWhenTheNumberIsOnTheDisk() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());

    assertThat(get(hold(instance, token(3), LONG))).isEmpty();

    assertThat(Files.readString(file())).contains("\"l3\"").contains(":3");
    assertThat(leaseGate().tenure().mode()).isEqualTo(Mode.HELD);
  }

  @Test
  void waitsForTheCallsOfOthersAndLetsNoneInMeanwhile() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    Admission.Permit call = gate().tryAcquire().orElseThrow();

    CompletableFuture<Optional<Refused>> answer = hold(instance, token(3), LONG);
    CompletableFuture<Optional<Refused>> again = hold(instance, token(3), LONG);
    Eventually.isTrue(
        "closed to others", LIMIT, () -> leaseGate().objection(Optional.empty()).isPresent());
    Eventually.isTrue("written", LIMIT, () -> Files.exists(file()));
    assertThat(answer).isNotDone();
    call.release();

    assertThat(get(answer)).isEmpty();
    assertThat(get(again)).isEmpty();
    assertThat(leaseGate().objection(Optional.of(token(3)))).isEmpty();
  }

  @Test
  void isEverybodysAgainWhenTheirCallsTakeTooLong() throws Exception {
    lease = new LeaseTimes(Duration.ZERO, Duration.ofMillis(50));
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    Admission.Permit call = gate().tryAcquire().orElseThrow();

    assertThat(get(hold(instance, token(3), LONG)).map(Refused::code)).contains(ErrorCode.BUSY);

    assertThat(leaseGate().objection(Optional.empty())).isEmpty();
    call.release();
    assertThat(get(hold(instance, token(4), LONG))).isEmpty();
  }

  @Test
  void endsByItselfAndGivesItsCallsAMoment() throws Exception {
    AtomicLong nanos = new AtomicLong();
    nanoTime = nanos::get;
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    CompletableFuture<Refused> cut = new CompletableFuture<>();
    assertThat(get(hold(instance, token(3), Duration.ofMillis(20)))).isEmpty();
    leaseGate().enter(token(3), cut::complete);
    assertThat(leaseGate().objection(Optional.of(token(3)))).isEmpty();

    nanos.set(Duration.ofMillis(20).toNanos());

    assertThat(leaseGate().objection(Optional.of(token(3))).map(Refused::code))
        .contains(ErrorCode.ENDED);
    assertThat(get(cut).code()).isEqualTo(ErrorCode.ENDED);
    awaitFree();
    assertThat(get(hold(instance, token(3), LONG)).map(Refused::code)).contains(ErrorCode.ENDED);
  }

  @Test
  void theCallsOfALeaseThatIsOverHaveTheirGraceThoughTheNextOneComes() throws Exception {
    lease = new LeaseTimes(LIMIT, LIMIT);
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    CompletableFuture<Refused> cut = new CompletableFuture<>();
    assertThat(get(hold(instance, token(3), Duration.ofMillis(20)))).isEmpty();
    leaseGate().enter(token(3), cut::complete);
    awaitFree();

    assertThat(get(hold(instance, token(4), LONG))).isEmpty();

    assertThat(cut).isNotDone();
  }

  @Test
  void whomALaterLeaseTakesTheInstanceFromIsCutOffAtOnce() throws Exception {
    lease = new LeaseTimes(LIMIT, LIMIT);
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    CompletableFuture<Refused> cut = new CompletableFuture<>();
    assertThat(get(hold(instance, token(3), LONG))).isEmpty();
    leaseGate().enter(token(3), cut::complete);

    assertThat(get(hold(instance, token(4), LONG))).isEmpty();

    assertThat(get(cut).code()).isEqualTo(ErrorCode.ENDED);
  }

  @Test
  void twoLeasesThatAreOverOneAfterTheOtherAreBothCutOffInTheEnd() throws Exception {
    lease = new LeaseTimes(Duration.ofMillis(150), LIMIT);
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    CompletableFuture<Refused> first = new CompletableFuture<>();
    CompletableFuture<Refused> second = new CompletableFuture<>();
    assertThat(get(hold(instance, token(3), Duration.ofMillis(20)))).isEmpty();
    leaseGate().enter(token(3), first::complete);
    awaitFree();
    assertThat(get(hold(instance, token(4), Duration.ofMillis(20)))).isEmpty();
    leaseGate().enter(token(4), second::complete);

    assertThat(get(first).code()).isEqualTo(ErrorCode.ENDED);
    assertThat(get(second).code()).isEqualTo(ErrorCode.ENDED);
  }

  @Test
  void callsOfALeaseThatEndedBeforeItsActorFailedAreCutOffByTheNextOne() throws Exception {
    lease = new LeaseTimes(Duration.ofSeconds(1), LIMIT);
    FakeRuntime runtime = FakeRuntime.left();
    ActorRef<ModelInstance.Command> first = ready(runtime);
    CompletableFuture<Refused> cut = new CompletableFuture<>();
    assertThat(get(hold(first, token(3), Duration.ofMillis(20)))).isEmpty();
    leaseGate().enter(token(3), cut::complete);
    awaitFree();
    kit.stop(first, LIMIT);

    spawn(runtime);

    assertThat(get(cut).code()).isEqualTo(ErrorCode.ENDED);
  }

  @Test
  void aWorkerThatJoinsAgainUnderALeaseRestsBeforeTheHoldersCallsReachIt() throws Exception {
    FakeRuntime runtime = FakeRuntime.quick();
    FakeRuntime.Engine again = startedAgainUnderALease(runtime);
    assertThat(gate().isOpen()).isFalse();

    again.rest.complete(null);

    Eventually.isTrue("it serves its holder", LIMIT, () -> gate().isOpen());
    assertThat(leaseGate().objection(Optional.of(token(3)))).isEmpty();
  }

  @Test
  void aWorkerThatJoinsAgainServesEverybodyWhenTheLeaseIsOver() throws Exception {
    FakeRuntime runtime = FakeRuntime.quick();
    startedAgainUnderALease(runtime);
    assertThat(gate().isOpen()).isFalse();

    assertThat(release(instances.get(0), token(3))).isEmpty();

    Eventually.isTrue("it serves everybody", LIMIT, () -> gate().isOpen());
  }

  @Test
  void aWorkerThatNeverRestsIsUsedAsItIsAfterAWhile() throws Exception {
    lease = new LeaseTimes(Duration.ZERO, Duration.ofSeconds(2));
    FakeRuntime runtime = FakeRuntime.quick();

    startedAgainUnderALease(runtime);

    Eventually.isTrue("it serves its holder", LIMIT, () -> gate().isOpen());
  }

  /** Its worker takes tasks by itself and has been asked to rest. */
  private FakeRuntime.Engine startedAgainUnderALease(FakeRuntime runtime) throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(runtime);
    assertThat(get(hold(instance, token(3), LONG))).isEmpty();
    runtime.restless = true;
    runtime.engines.get(0).exit("it left");
    owner.fishForMessage(
        LIMIT,
        said ->
            said instanceof InstanceNotice.WantsTurn
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
    instance.tell(new ModelInstance.YourTurn());
    Eventually.isTrue(
        "it is asked to rest",
        LIMIT,
        () -> runtime.engines.size() > 1 && runtime.engines.get(1).askedToRest == 3);
    return runtime.engines.get(1);
  }

  @Test
  void aReleaseCutsItsCallsAtOnceAndTwiceIsOnce() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    CompletableFuture<Refused> cut = new CompletableFuture<>();
    assertThat(get(hold(instance, token(3), LONG))).isEmpty();
    leaseGate().enter(token(3), cut::complete);

    assertThat(release(instance, token(3))).isEmpty();
    assertThat(release(instance, token(3))).isEmpty();

    assertThat(cut).isDone();
    assertThat(leaseGate().objection(Optional.empty())).isEmpty();
    assertThat(read(file())).contains("\"held\":false");
  }

  @Test
  void aReleaseIsAnsweredWhenTheNextJvmWouldKnowIt() throws Exception {
    SlowDisk disk = new SlowDisk();
    blocking = disk;
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), LONG))).isEmpty();
    disk.stop();

    CompletableFuture<Optional<Refused>> answer = askRelease(instance, token(3));
    CompletableFuture<Optional<Refused>> stale = askRelease(instance, token(2));
    Eventually.isTrue("let go", LIMIT, () -> leaseGate().objection(Optional.empty()).isEmpty());
    Eventually.isTrue("to be written", LIMIT, () -> !disk.waiting.isEmpty());
    assertThat(answer).isNotDone();
    assertThat(stale).isNotDone();
    disk.go();

    assertThat(get(answer)).isEmpty();
    assertThat(get(stale)).isEmpty();
    assertThat(read(file())).contains("\"held\":false");
  }

  @Test
  void aReleaseThatCannotBeWrittenSaysSoAndIsTriedAgain() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), LONG))).isEmpty();
    Path aside = data.resolve("aside");
    Files.move(file(), aside);
    Files.createDirectories(file().resolve("in the way"));

    assertThat(release(instance, token(3)).map(Refused::code)).contains(ErrorCode.INTERNAL);
    assertThat(release(instance, token(3)).map(Refused::code)).contains(ErrorCode.INTERNAL);
    Files.delete(file().resolve("in the way"));
    Files.delete(file());

    assertThat(release(instance, token(3))).isEmpty();
    assertThat(read(file())).contains("\"held\":false");
  }

  @Test
  void callsThatWereThereBeforeItsActorFailedAreWaitedFor() throws Exception {
    FakeRuntime runtime = FakeRuntime.left();
    ActorRef<ModelInstance.Command> first = ready(runtime);
    Admission.Permit call = gate().tryAcquire().orElseThrow();
    kit.stop(first, LIMIT);

    ActorRef<ModelInstance.Command> second = spawn(runtime);
    Eventually.isTrue("closed until its engine is found well", LIMIT, () -> !gate().isOpen());
    second.tell(new ModelInstance.Begin(true));
    Eventually.isTrue("ready", LIMIT, () -> gate().isOpen());
    assertThat(gate().inFlight()).isEqualTo(1);
    CompletableFuture<Optional<Refused>> answer = hold(second, token(3), LONG);
    Eventually.isTrue("written", LIMIT, () -> Files.exists(file()));
    assertThat(answer).isNotDone();
    call.release();

    assertThat(get(answer)).isEmpty();
  }

  @Test
  void saysForWhomItIsKeptFromBeforeItIsHeldUntilItIsFree() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    Admission.Permit call = gate().tryAcquire().orElseThrow();

    CompletableFuture<Optional<Refused>> answer = hold(instance, token(3), LONG);
    InstanceState clearing = expect(Phase.READY);
    call.release();
    assertThat(get(answer)).isEmpty();
    InstanceState held = expect(Phase.READY);
    assertThat(release(instance, token(3))).isEmpty();
    InstanceState free = expect(Phase.READY);

    assertThat(clearing.lease()).contains(token(3).lease());
    assertThat(held.lease()).contains(token(3).lease());
    assertThat(route(held).lease()).contains(token(3).lease());
    assertThat(free.lease()).isEmpty();
    assertThat(route(free).lease()).isEmpty();
    assertThat(free.sequence()).isGreaterThan(held.sequence());
    assertThat(held.sequence()).isGreaterThan(clearing.sequence());
  }

  private static Route route(InstanceState state) {
    return state.route(new MachineId("m1"), "127.0.0.1:1", 2);
  }

  @Test
  void aReleaseThatOvertakesItsHoldWins() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());

    assertThat(release(instance, token(3))).isEmpty();

    assertThat(get(hold(instance, token(3), LONG)).map(Refused::code)).contains(ErrorCode.ENDED);
    assertThat(leaseGate().objection(Optional.empty())).isEmpty();
  }

  @Test
  void aLaterLeaseThatWaitsTakesThePlaceOfAnEarlierOne() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    Admission.Permit call = gate().tryAcquire().orElseThrow();
    CompletableFuture<Optional<Refused>> earlier = hold(instance, token(3), LONG);
    CompletableFuture<Optional<Refused>> later = hold(instance, token(4), LONG);

    assertThat(get(earlier).map(Refused::code)).contains(ErrorCode.STALE_LEASE);
    call.release();

    assertThat(get(later)).isEmpty();
    assertThat(leaseGate().tenure().grant()).contains(token(4));
  }

  @Test
  void isNotHeldWhenTheNumberCannotBeWritten() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    // A folder is where the file would be.
    Files.createDirectories(file().resolve("in the way"));

    assertThat(get(hold(instance, token(3), LONG)).map(Refused::code)).contains(ErrorCode.INTERNAL);

    assertThat(leaseGate().objection(Optional.empty())).isEmpty();
  }

  @Test
  void anInstanceThatIsNotReadyIsNotLeased() throws Exception {
    ActorRef<ModelInstance.Command> instance = spawn(FakeRuntime.slow());

    assertThat(get(hold(instance, token(3), LONG)).map(Refused::code))
        .contains(ErrorCode.MODEL_NOT_READY);
  }

  @Test
  void aStopRefusesTheLeaseThatWaits() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    Admission.Permit call = gate().tryAcquire().orElseThrow();
    CompletableFuture<Optional<Refused>> waiting = hold(instance, token(3), LONG);

    instance.tell(new ModelInstance.Stop(LIMIT));

    assertThat(get(waiting).map(Refused::code)).contains(ErrorCode.MODEL_NOT_READY);
    assertThat(get(hold(instance, token(3), LONG)).map(Refused::code))
        .contains(ErrorCode.MODEL_NOT_READY);
    call.release();
  }

  @Test
  void takesNoTasksWhileALeaseHasItAndWaitsForThoseUnderWay() throws Exception {
    List<Duty> duties = new CopyOnWriteArrayList<>();
    tasks =
        shown -> {
          Duty duty = new Duty();
          duties.add(duty);
          return Optional.of(duty);
        };
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());

    CompletableFuture<Optional<Refused>> answer = hold(instance, token(3), LONG);
    Eventually.isTrue("told to finish", LIMIT, () -> duties.get(0).draining);
    Eventually.isTrue("written", LIMIT, () -> Files.exists(file()));
    assertThat(answer).isNotDone();
    duties.get(0).finished.complete(null);
    assertThat(get(answer)).isEmpty();
    assertThat(duties).hasSize(1);

    assertThat(release(instance, token(3))).isEmpty();

    Eventually.isTrue("takes tasks again", LIMIT, () -> duties.size() == 2);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  /** A disk that can stand still; what is to be written meanwhile is written when it goes on. */
  private final class SlowDisk implements Executor {
    final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    void stop() {
      stopped = true;
    }

    void go() {
      stopped = false;
      for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
        work.execute(next);
      }
    }

    @Override
    public void execute(Runnable task) {
      if (stopped) {
        waiting.add(task);
      } else {
        work.execute(task);
      }
    }
  }

  /** Tasks of which the test says when they are over. */
  private static final class Duty implements TaskDesk.Duty {
    final CompletableFuture<Void> finished = new CompletableFuture<>();
    volatile boolean draining;

    @Override
    public TaskFacet facet() {
      return TaskFacet.TAKING;
    }

    @Override
    public CompletionStage<Void> drain() {
      draining = true;
      return finished;
    }

    @Override
    public void close() {}
  }
}
