package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;

import akka.actor.testkit.typed.javadsl.TestInbox;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Scaling;
import io.remuda.registry.model.Claims.Claim;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.RegistryMessage.GiveWay;
import io.remuda.registry.model.RegistryMessage.GiveWayAnswered;
import io.remuda.registry.model.RegistryMessage.GiveWayReply;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names that want the place of others, and the others: what the tests of swaps begin with. */
abstract class SwapStage {

  static final Duration IDLE = World.POLICY.evict().idle();
  static final Duration HOLD = World.POLICY.evict().hold();
  static final ModelName CHAT = new ModelName("chat");
  static final InstanceId CHAT_3 = InstanceId.of("chat-3");
  static final InstanceId CODE_5 = InstanceId.of("code-5");
  static final Resources ALL = new Resources(0, 8_000, 0, 0);
  static final Scaling SLEEPER =
      new Scaling(0, 4, Optional.of(Duration.ofMinutes(5)), 1, Optional.empty());

  /** A name that wants 8000 MiB, and a fleet in which chat gives way like any other. */
  static World wanting(Specs spec) {
    World world = new World().declared(spec.needing(ALL).build()).described();
    world.keeps = Map.of(CHAT, Keep.DEFAULT);
    return world;
  }

  /** m1, all of which chat-3 has. */
  static Reports taken(int inFlight, Duration idle) {
    InstanceReport chat = Reports.claiming(Reports.serving(CHAT_3, inFlight, idle), ALL);
    return Reports.of("m1").memory(8_000, 8_000).with(chat);
  }

  static World wantingTwoPlaces() {
    Resources half = new Resources(0, 4_000, 0, 0);
    World world = wanting(aSpec().keep(new Keep(false, 3)));
    world.keeps = Map.of(CHAT, Keep.DEFAULT, CODE_5.model(), Keep.DEFAULT);
    return world.says(
        Reports.of("m1")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(CHAT_3, 0, IDLE), half))
            .with(Reports.claiming(Reports.serving(CODE_5, 0, IDLE), half)));
  }

  static Action goes(InstanceId id) {
    return new Action.AskToGiveWay(new MachineId("m1"), List.of(id), 3, false, false);
  }

  /** Demo serves on m1, is being updated and has no room beside it. */
  static World updating(Keep keep) {
    World world = serving(aSpec().keep(keep), 0, IDLE);
    world.keeps = Map.of(CHAT, Keep.DEFAULT);
    world.on(
        new RolloutEvent.RolloutBegun(
            world.state.live().orElseThrow().spec().withArguments(Map.of("a", "b")), world.now));
    world.described();
    return world.says(
        Reports.of("m2")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(CHAT_3, 0, IDLE.multipliedBy(9)), ALL)));
  }

  static void wanted(World world) {
    world.soft = world.soft.with(world.soft.evictions().wanted(world.now));
  }

  static List<InstanceId> asked(Plan plan) {
    return plan.actions().stream()
        .filter(Action.AskToGiveWay.class::isInstance)
        .flatMap(action -> ((Action.AskToGiveWay) action).ids().stream())
        .toList();
  }

  /** It does not say whether it would. */
  static SoftState unanswered(World world, InstanceId id) {
    return EvictionDecider.answered(world.sight(), new GiveWayAnswered(id, true, Optional.empty()))
        .soft();
  }

  static SoftState answered(World world, InstanceId id, Optional<String> stays) {
    return EvictionDecider.answered(
            world.sight(),
            new GiveWayAnswered(
                id, world.soft.evictions().isUnsure(id), Optional.of(new GiveWayReply(id, stays))))
        .soft();
  }

  static World serving(Specs spec, int inFlight, Duration idle) {
    World world =
        new World()
            .declared(spec.needing(ALL).build())
            .described()
            .says(Reports.of("m1").memory(8_000, 0));
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    return world.says(
        Reports.of("m1")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(world.only(), inFlight, idle), ALL)));
  }

  /** It had one replica, which gave way to chat and has ended. */
  static World gone() {
    World world = serving(aSpec(), 0, IDLE);
    InstanceId id = world.only();
    gives(world, 0, true);
    world.on(new InstanceEnded(id, false, "gave way to chat", world.now));
    return world.says(Reports.of("m1").memory(8_000, 0));
  }

  static EvictionDecider.Answer gives(World world, int priority, boolean asked) {
    return gives(world, wish(world, priority, asked));
  }

  static EvictionDecider.Answer gives(World world, GiveWay wish) {
    EvictionDecider.Answer answer = EvictionDecider.giveWay(world.sight(), wish);
    world.state = world.state.on(answer.events());
    return answer;
  }

  static GiveWay wish(World world, int priority, boolean asked) {
    return new GiveWay(
        world.only(), CHAT, priority, asked, false, TestInbox.<GiveWayReply>create().getRef());
  }

  static void claims(World world, String lease) {
    Claim claim =
        new Claim(
            new LeaseId(lease),
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            world.now);
    Plan plan = TenancyDecider.claim(world.sight(), claim);
    world.soft = plan.soft();
    world.state = world.state.on(plan.events());
  }
}
