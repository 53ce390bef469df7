package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How leases get shares of one instance, and how they end. */
class InstanceSharesTest extends InstanceFixture {

  private static final Duration LONG = Duration.ofHours(1);

  private static LeaseToken token(long number) {
    return new LeaseToken(new LeaseId("l" + number), number);
  }

  private static CompletableFuture<Optional<Refused>> hold(
      ActorRef<ModelInstance.Command> instance, LeaseToken grant, int slots, Duration ttl) {
    CompletableFuture<Optional<Refused>> answer = new CompletableFuture<>();
    instance.tell(new ModelInstance.Hold(grant, ttl, answer::complete, slots));
    return answer;
  }

  private static CompletableFuture<Optional<Refused>> release(
      ActorRef<ModelInstance.Command> instance, LeaseToken grant) {
    CompletableFuture<Optional<Refused>> answer = new CompletableFuture<>();
    instance.tell(new ModelInstance.Release(grant, answer::complete));
    return answer;
  }

  private static Optional<ErrorCode> get(CompletableFuture<Optional<Refused>> answer)
      throws Exception {
    return answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS).map(Refused::code);
  }

  private LeaseGate leaseGate() {
    return hosted.find(ID).orElseThrow().lease();
  }

  private String file() throws Exception {
    return Files.readString(data.resolve(ID.toString()).resolve("shares.json"));
  }

  /** A folder is where the file would be. */
  private void blockFile() throws Exception {
    Path file = data.resolve(ID.toString()).resolve("shares.json");
    Files.deleteIfExists(file);
    Files.createDirectories(file.resolve("in the way"));
  }

  private void unblockFile() throws Exception {
    Path file = data.resolve(ID.toString()).resolve("shares.json");
    Files.delete(file.resolve("in the way"));
    Files.delete(file);
  }

  @Test
  void answersEverybodyBesideAShareThatIsOnTheDisk() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());

    assertThat(get(hold(instance, token(3), 1, LONG))).isEmpty();

    assertThat(file()).contains("\"l3\"").contains(":3");
    assertThat(leaseGate().objection(Optional.empty())).isEmpty();
    assertThat(leaseGate().objection(Optional.of(token(3)))).isEmpty();
    assertThat(gate().reserved()).isEqualTo(1);
    assertThat(leaseGate().slot(gate(), token(3))).containsInstanceOf(Admission.Granted.class);
    assertThat(leaseGate().slot(gate(), token(3))).containsInstanceOf(Admission.Full.class);
  }

  @Test
  void waitsForCallsThatAreUnderWayInItsSlots() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    int slots = gate().slots();
    Admission.Permit call = gate().tryAcquire().orElseThrow();

    CompletableFuture<Optional<Refused>> answer = hold(instance, token(3), slots, LONG);
    Eventually.isTrue("reserved", LIMIT, () -> gate().reserved() == slots);
    Eventually.isTrue(
        "not yet its holder's",
        LIMIT,
        () ->
            leaseGate()
                .objection(Optional.of(token(3)))
                .map(Refused::code)
                .equals(Optional.of(ErrorCode.MODEL_NOT_READY)));
    assertThat(answer).isNotDone();
    call.release();

    assertThat(get(answer)).isEmpty();
  }

  @Test
  void isEverybodysAgainWhenTheirCallsTakeTooLong() throws Exception {
    lease = new LeaseTimes(Duration.ZERO, Duration.ofMillis(50));
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(gate().tryAcquire()).isPresent();

    assertThat(get(hold(instance, token(3), gate().slots(), LONG))).hasValue(ErrorCode.BUSY);

    assertThat(gate().reserved()).isZero();
    assertThat(leaseGate().shares().all()).isEmpty();
  }

  @Test
  void whatIsReleasedIsEverybodysAndNeverComesBack() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), 1, LONG))).isEmpty();
    CompletableFuture<ErrorCode> cut = new CompletableFuture<>();
    leaseGate().enter(token(3), why -> cut.complete(why.code()));

    assertThat(get(release(instance, token(3)))).isEmpty();
    assertThat(get(release(instance, token(3)))).as("twice").isEmpty();

    assertThat(cut.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(ErrorCode.ENDED);
    assertThat(gate().reserved()).isZero();
    assertThat(get(hold(instance, token(3), 1, LONG))).hasValue(ErrorCode.STALE_LEASE);
    assertThat(leaseGate().objection(Optional.of(token(3)))).as("a call under it").isPresent();
  }

  @Test
  void aReleaseThatCannotBeWrittenSaysSoAndIsTriedAgain() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), 1, LONG))).isEmpty();
    blockFile();

    assertThat(get(release(instance, token(3)))).hasValue(ErrorCode.INTERNAL);
    assertThat(get(release(instance, token(3)))).as("again").hasValue(ErrorCode.INTERNAL);
    unblockFile();

    assertThat(get(release(instance, token(3)))).isEmpty();
    assertThat(file()).doesNotContain("\"l3\"");
  }

  @Test
  void aWriteThatFailsIsOfTheLeaseItWasForAndIsTriedAgain() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), 1, LONG))).isEmpty();
    blockFile();
    Duration longer = LONG.multipliedBy(2);

    assertThat(get(hold(instance, token(3), 1, longer))).hasValue(ErrorCode.INTERNAL);
    assertThat(get(hold(instance, token(3), 1, LONG))).as("as long as is written").isEmpty();
    assertThat(get(hold(instance, token(3), 1, longer))).hasValue(ErrorCode.INTERNAL);
    unblockFile();

    assertThat(get(hold(instance, token(3), 1, longer))).isEmpty();
    assertThat(file()).contains(String.valueOf(longer.toMillis()));
  }

  @Test
  void aRenewalDoesNotFailForWhatCouldNotBeWrittenOfAnother() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), 1, LONG))).isEmpty();
    blockFile();

    assertThat(get(hold(instance, token(4), 1, LONG))).hasValue(ErrorCode.INTERNAL);

    assertThat(get(hold(instance, token(3), 1, LONG))).isEmpty();
  }

  @Test
  void whatIsNotRenewedEndsByTheMachinesClock() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), 1, Duration.ofMillis(60)))).isEmpty();

    Eventually.isTrue("over", LIMIT, () -> gate().reserved() == 0);

    assertThat(leaseGate().shares().all()).isEmpty();
    assertThat(leaseGate().highest()).isEqualTo(3);
  }

  @Test
  void theCallsOfAShareThatIsOverHaveTheirGraceWhateverOthersDo() throws Exception {
    lease = new LeaseTimes(LIMIT, LIMIT);
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), 1, Duration.ofMillis(20)))).isEmpty();
    CompletableFuture<ErrorCode> cut = new CompletableFuture<>();
    leaseGate().enter(token(3), why -> cut.complete(why.code()));
    Eventually.isTrue("over", LIMIT, () -> gate().reserved() == 0);

    assertThat(get(hold(instance, token(4), 1, LONG))).isEmpty();
    assertThat(get(release(instance, token(4)))).isEmpty();
    assertThat(get(release(instance, token(5)))).as("of no share").isEmpty();

    assertThat(cut).isNotDone();
  }

  @Test
  void theCallsOfAShareThatIsOverHaveTheirGraceThoughTheWholeIsLeased() throws Exception {
    lease = new LeaseTimes(LIMIT, LIMIT);
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), 1, Duration.ofMillis(20)))).isEmpty();
    CompletableFuture<ErrorCode> cut = new CompletableFuture<>();
    leaseGate().enter(token(3), why -> cut.complete(why.code()));
    Eventually.isTrue("over", LIMIT, () -> gate().reserved() == 0);

    assertThat(get(hold(instance, token(4), 0, LONG))).isEmpty();

    assertThat(cut).isNotDone();
  }

  @Test
  void aWholeLeaseNeedsAnInstanceWithoutAShareAndTheOtherWayRound() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), 1, LONG))).isEmpty();
    assertThat(get(hold(instance, token(4), 0, LONG))).hasValue(ErrorCode.BUSY);

    assertThat(get(release(instance, token(3)))).isEmpty();
    assertThat(get(hold(instance, token(5), 0, LONG))).isEmpty();

    assertThat(get(hold(instance, token(6), 1, LONG))).hasValue(ErrorCode.BUSY);
  }

  @Test
  void whoHearsOfItsRouteHearsOfItsShares() throws Exception {
    ActorRef<ModelInstance.Command> instance = ready(FakeRuntime.quick());
    assertThat(get(hold(instance, token(3), 1, LONG))).isEmpty();
    InstanceState waits = owner.expectMessageClass(InstanceNotice.Changed.class).state();
    InstanceState holds = owner.expectMessageClass(InstanceNotice.Changed.class).state();

    assertThat(waits.shares()).hasSize(1);
    assertThat(holds.shares()).hasSize(1);
    assertThat(holds.sequence()).isGreaterThan(waits.sequence());
    assertThat(holds.lease()).isEmpty();
    assertThat(holds.route(new MachineId("m1"), "127.0.0.1:1", 2).openSlots()).isEqualTo(1);
  }
}
