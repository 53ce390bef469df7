package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.RolloutWish.Strategy;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Nobody is asked to give way while it is not known what room there is: before the machines have
 * heard what was decided for the name's own instances, and while an update waits for its own room.
 */
class MakeRoomTest {

  private static final Duration IDLE = World.POLICY.evict().idle();
  private static final InstanceId CHAT_3 = InstanceId.of("chat-3");
  private static final Resources ALL = new Resources(0, 8_000, 0, 0);

  // Demo wants two; there is room for one on m2, and chat-3 has all of m1.

  @Test
  void asksNobodyBeforeItsOwnAssignmentHasReachedItsMachine() {
    World world = wantingTwo();

    Plan placed = world.look();

    assertThat(placed.events()).singleElement().isInstanceOf(InstanceAssigned.class);
    assertThat(asked(placed)).as("m2 has not heard of it").isEmpty();
    assertThat(asked(world.look())).as("its start is on its way").isEmpty();

    serves(world, "m2", world.only());

    assertThat(asked(world.look())).containsExactly(CHAT_3);
  }

  @Test
  void oneThatItsMachineRefusesIsNotWaitedFor() {
    World world = wantingTwo();
    world.look();
    Refused full = Refused.of(ErrorCode.NODE_FULL, "there is no room after all");
    world.soft =
        world
            .soft
            .refusedBy(new MachineId("m2"), full.message(), world.now, World.POLICY)
            .stands(world.only(), full);

    assertThat(asked(world.look())).as("m2 has said no").containsExactly(CHAT_3);
  }

  @Test
  void oneOnAMachineThatIsSilentIsNotWaitedFor() {
    World world = wantingTwo();
    world.look();

    world.silent("m2", World.POLICY.suspectAfter().plusSeconds(1));

    assertThat(asked(world.look())).containsExactly(CHAT_3);
  }

  @Test
  void anOwnerThatBeginsAnewWaitsForWhatTheOneBeforeHadAssigned() {
    World world = wantingTwo();
    world.look();

    world.soft = SoftState.EMPTY;

    assertThat(asked(world.look())).isEmpty();
    serves(world, "m2", world.only());
    assertThat(asked(world.look())).containsExactly(CHAT_3);
  }

  /** Its own place is on a machine that takes nothing new, so that it does not come back there. */
  @Test
  void asksNobodyBeforeItsOwnStopHasReachedItsMachine() {
    World world = servingOnM1(spec(Strategy.AUTO));
    InstanceId own = world.only();
    world.says(m1().cordoned().with(ready(own)));
    world.on(new InstanceStopping(own, "gave way", world.now));

    assertThat(asked(world.look())).as("m1 says that it serves").isEmpty();

    world.says(m1().cordoned().with(going(own)));
    assertThat(asked(world.look())).containsExactly(CHAT_3);
  }

  // Demo serves on m1 and is updated by recreate; chat-3 has all of m2.

  @Test
  void anUpdateThatStopsAllOfItsOwnAsksNobodyToo() {
    World world = servingOnM1(spec(Strategy.RECREATE));
    InstanceId old = world.only();
    begin(world);

    Plan plan = world.look();

    assertThat(plan.events()).singleElement().isInstanceOf(InstanceStopping.class);
    assertThat(asked(plan)).as("its own place is for it").isEmpty();
    world.says(m1().with(going(old)));
    assertThat(asked(world.look())).isEmpty();
    world
        .on(new InstanceEnded(old, false, "stopped", world.now))
        .says(Reports.of("m1").memory(8_000, 0));
    assertThat(world.look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            InstanceAssigned.class,
            next -> assertThat(next.machine()).isEqualTo(new MachineId("m1")));
  }

  @Test
  void anUpdateAsksOnceItsOwnHaveEndedAndTheirRoomIsNotForIt() {
    World world = servingOnM1(spec(Strategy.RECREATE));
    InstanceId old = world.only();
    begin(world).look();
    world.says(m1().cordoned().with(going(old)));
    assertThat(asked(world.look())).as("it has not ended").isEmpty();

    world
        .on(new InstanceEnded(old, false, "stopped", world.now))
        .says(Reports.of("m1").memory(8_000, 0).cordoned());

    assertThat(asked(world.look())).containsExactly(CHAT_3);
  }

  @Test
  void gatewaysHoldRequestsWhileAnUpdateHasStoppedAll() {
    World world = servingOnM1(spec(Strategy.RECREATE));
    InstanceId old = world.only();
    begin(world).look();
    world.says(m1().with(going(old))).look();

    assertThat(world.outlook().returns()).isTrue();
  }

  private static World wantingTwo() {
    World world =
        new World()
            .declared(aSpec().replicas(2).keep(new Keep(false, 3)).needing(ALL).build())
            .described();
    world.keeps = Map.of(CHAT_3.model(), Keep.DEFAULT);
    return world.says(taken("m1")).says(Reports.of("m2").memory(8_000, 0));
  }

  private static World servingOnM1(ModelSpec spec) {
    World world = new World().declared(spec).described().says(Reports.of("m1").memory(8_000, 0));
    world.look();
    world.says(m1().with(ready(world.only()))).look();
    world.keeps = Map.of(CHAT_3.model(), Keep.DEFAULT);
    return world.says(taken("m2"));
  }

  private static ModelSpec spec(Strategy strategy) {
    return aSpec()
        .needing(ALL)
        .build()
        .withPolicies(
            new Policies(
                Optional.empty(),
                new RolloutWish(strategy, 1, Optional.empty()),
                new Keep(false, 3),
                Set.of()));
  }

  private static World begin(World world) {
    world.on(
        new RolloutEvent.RolloutBegun(
            world.state.live().orElseThrow().spec().withArguments(Map.of("a", "b")), world.now));
    return world.described();
  }

  private static void serves(World world, String machine, InstanceId id) {
    world.says(Reports.of(machine).memory(8_000, 8_000).with(ready(id)));
  }

  private static Reports m1() {
    return Reports.of("m1").memory(8_000, 8_000);
  }

  private static InstanceReport ready(InstanceId id) {
    return Reports.claiming(Reports.serving(id, 0, IDLE), ALL);
  }

  private static InstanceReport going(InstanceId id) {
    return Reports.claiming(Reports.instance(id, Phase.DRAINING, 2), ALL);
  }

  /** A machine all of which chat-3 has. */
  private static Reports taken(String machine) {
    return Reports.of(machine).memory(8_000, 8_000).with(ready(CHAT_3));
  }

  private static List<InstanceId> asked(Plan plan) {
    return plan.actions().stream()
        .filter(Action.AskToGiveWay.class::isInstance)
        .flatMap(action -> ((Action.AskToGiveWay) action).ids().stream())
        .toList();
  }
}
