package io.remuda.registry.model;

import static io.remuda.registry.model.Claimants.claim;
import static io.remuda.registry.model.Claimants.claims;
import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A lease that no machine could ever serve ends soon; any other waits. */
class HopelessPolicyTest {

  private static final LeaseId A = new LeaseId("a");
  private static final Duration PATIENCE = World.POLICY.rollout().roomPatience();
  private static final ModelSpec HUGE = aSpec().needingMemory(900_000).build();

  private World world = wanting(HUGE);

  @Test
  void whatNoMachineCouldEverHoldIsRefusedWithTheNumbers() {
    asked();

    assertThat(refusal())
        .hasValueSatisfying(
            why -> {
              assertThat(why.code()).isEqualTo(ErrorCode.CANNOT_BE_PLACED);
              assertThat(why.message())
                  .contains("no machine can ever hold demo", "900000 MiB", "m1", "16000");
            });
  }

  @Test
  void aMachineThatComesMeanwhileIsWaitedForALittle() {
    claims(world, claim(A));
    world.look();

    world.later(PATIENCE.minusMillis(1));
    assertThat(refusal()).isEmpty();
    world.later(Duration.ofMillis(1));
    assertThat(refusal()).isPresent();

    world.says(Reports.of("m2").memory(1_000_000, 0));
    assertThat(refusal()).as("there is one now").isEmpty();
  }

  @Test
  void whatLacksRoomForNowWaits() {
    world =
        wanting(aSpec().needingMemory(9_000).build()).says(Reports.of("m1").memory(16_000, 9_000));
    asked();

    assertThat(refusal()).isEmpty();
  }

  @Test
  void whatLackedRoomForLongAndThenCanNeverBeHeldIsGivenTheWholeTimeAllTheSame() {
    world =
        wanting(aSpec().needingMemory(9_000).build()).says(Reports.of("m1").memory(16_000, 9_000));
    asked();
    claimsAnewAfter(Duration.ofHours(1));

    world.says(Reports.of("m1").memory(16_000, 9_000).withoutEngines().engine("fake", false));
    world.look();
    assertThat(refusal()).as("its engine may only be looked at again").isEmpty();
    world.later(PATIENCE).look();

    assertThat(refusal().map(Refused::code)).hasValue(ErrorCode.CANNOT_BE_PLACED);
  }

  @Test
  void whatRanOutOfMemoryOnceWaits() {
    world = wanting(aSpec().needingMemory(9_000).build());
    world.on(
        new FitEvent.DoesNotFit(
            world.state.name(),
            new MachineId("m1"),
            new Fit.Unfit(
                world.state.goal(),
                new Resources(0, 9_000, 0, 0),
                16_000,
                0,
                "its engine ran out of memory"),
            world.now));
    asked();

    assertThat(Outlook.verdicts(world.sight()))
        .singleElement()
        .satisfies(one -> assertThat(one.predicate()).isEqualTo("does-not-fit"));
    assertThat(refusal()).isEmpty();
  }

  @Test
  void whatMachinesThatAreSilentOrHaveJustJoinedCouldHoldWaits() {
    world.says(Reports.of("m2").memory(1_000_000, 0)).silent("m2", Duration.ofSeconds(20));
    asked();
    assertThat(refusal()).as("silent").isEmpty();

    world = wanting(HUGE).says(Reports.of("m2").settled(false));
    asked();
    assertThat(refusal()).as("not settled").isEmpty();
  }

  @Test
  void aFleetOfWhichNothingIsKnownYetRefusesNothing() {
    world.watching = World.POLICY.lostAfter();
    asked();
    assertThat(refusal()).as("a registry node that has just started").isEmpty();

    world.watching = World.POLICY.lostAfter().plusMillis(1);
    world.look();
    world.later(PATIENCE).look();
    assertThat(refusal()).isPresent();
    world.watching = Duration.ofHours(1);
    world.gone("m1");
    asked();
    assertThat(refusal()).as("no machine").isEmpty();
  }

  @Test
  void oneThatHadAnInstanceWaitsForItsMachine() {
    claims(world, claim(A, 41));
    world.look();
    world.later(PATIENCE).look();

    assertThat(refusal()).isEmpty();
  }

  @Test
  void whatAllMachinesCallInvalidForAWhileIsRefused() {
    world = wanting(aSpec().build()).says(Reports.of("m2"));
    claims(world, claim(A));

    says("m1", ErrorCode.INVALID_SPEC);
    world.look();
    world.later(PATIENCE).look();
    assertThat(refusal()).as("m2 was not asked yet").isEmpty();
    says("m2", ErrorCode.INVALID_SPEC);
    world.look();
    world.later(PATIENCE.minusMillis(1)).look();
    assertThat(refusal()).as("another one may join").isEmpty();
    claims(world, claim(A));
    world.later(Duration.ofMillis(1)).look();
    assertThat(refusal()).as("m1 is asked again by now").isEmpty();
    says("m1", ErrorCode.INVALID_SPEC);

    assertThat(refusal())
        .hasValue(
            Refused.of(
                ErrorCode.INVALID_SPEC,
                "demo cannot be started: engine fake takes no argument rpc"));
  }

  @Test
  void whatAllButASilentOneCallInvalidWaitsForThatOne() {
    world = wanting(aSpec().build()).says(Reports.of("m2")).silent("m2", Duration.ofSeconds(20));
    claims(world, claim(A));

    says("m1", ErrorCode.INVALID_SPEC);
    world.look();
    world.later(PATIENCE).look();

    assertThat(refusal()).isEmpty();
  }

  @Test
  void oneThatJoinsMeanwhileIsAskedBeforeAnythingIsCalledInvalid() {
    world = wanting(aSpec().build());
    claims(world, claim(A));
    says("m1", ErrorCode.INVALID_SPEC);
    world.look();

    world.says(Reports.of("m2")).later(PATIENCE).look();

    assertThat(refusal()).isEmpty();
  }

  @Test
  void whatAMachineSaidBeforeItStartedAgainDoesNotCountAndItIsAskedAtOnce() {
    world = wanting(aSpec().build());
    claims(world, claim(A));
    says("m1", ErrorCode.INVALID_SPEC);
    world.look();
    world.later(PATIENCE).look();
    assertThat(refusal()).isPresent();

    world.says(Reports.of("m1").incarnation(2));

    assertThat(refusal()).isEmpty();
    assertThat(world.look().actions()).hasAtLeastOneElementOfType(Action.Describe.class);
  }

  @Test
  void aModelThatIsOnNoMachineYetWaits() {
    world = wanting(aSpec().build());
    claims(world, claim(A));

    says("m1", ErrorCode.MODEL_NOT_FOUND);

    assertThat(refusal()).isEmpty();
  }

  private static World wanting(ModelSpec spec) {
    World world = new World().declared(spec).says(Reports.of("m1"));
    return spec.resources().isPresent() ? world.describedAs(spec.resources().get()) : world;
  }

  private void asked() {
    claims(world, claim(A));
    world.look();
    world.later(PATIENCE).look();
  }

  private void claimsAnewAfter(Duration time) {
    world.later(time);
    claims(world, claim(A));
    world.look();
  }

  private void says(String machine, ErrorCode code) {
    Refused refused = Refused.of(code, "engine fake takes no argument rpc");
    MachineId id = new MachineId(machine);
    world.soft =
        AnswerDecider.describe(
                world.sight(),
                new DescribeAnswered(
                    id,
                    world.state.goal(),
                    Optional.of(
                        new NodeProtocol.Described(id, Optional.empty(), Optional.of(refused)))))
            .soft();
  }

  private Optional<Refused> refusal() {
    return TenancyOutlook.reply(world.sight(), A, TenancyOutlook.Waiting.of(world.sight()))
        .filter(ClaimReply.Rejected.class::isInstance)
        .map(reply -> ((ClaimReply.Rejected) reply).refused());
  }
}
