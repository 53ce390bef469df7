package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.japi.function.Function;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.config.EmbeddedDatabase;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.LeaseView.State;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.testing.FakeMachine;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases on a real journal, with machines that obey a test. */
class LeaseChainTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir static Path data;

  private static TestRegistry registry;

  private final List<FakeMachine.Control> machines = new ArrayList<>();

  @BeforeAll
  static void start() {
    registry =
        TestRegistry.start(
                data,
                Map.of(
                    "remuda.registry.lease.repeat-interval", "200ms",
                    "remuda.registry.lease.extra", 0,
                    "remuda.registry.lease.answer-within", "1500ms"))
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  /** What a test leaves behind falls silent. */
  @AfterEach
  void silence() {
    machines.forEach(machine -> machine.silent = true);
  }

  @Test
  void aFreeInstanceIsLeasedWithTheAnswerAndItsMachineHoldsItUnderTheToken() {
    FakeMachine.Control machine = serves("once", 1);

    LeaseView lease = acquire("once-a", LONG, "once");

    assertThat(lease.state()).isEqualTo(State.READY);
    assertThat(machine.tenure(instance(lease)).holder())
        .hasValue(new LeaseToken(lease.id(), lease.token().orElseThrow()));
    assertThat(registry.events(0, Optional.of("once-a"), Duration.ZERO))
        .extracting(EventView::kind)
        .containsExactly("LeaseAsked", "LeaseGranted");
  }

  @Test
  void ofManyThatAskAtOnceOneHasItAndTheNextGetsItWhenItLetsGo() {
    serves("many", 1);
    List<CompletionStage<Reply>> asked = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      asked.add(acquiring("many-" + i, LONG, true, Set.of("many"), Optional.empty()));
    }
    List<LeaseView> views =
        asked.stream().map(each -> TestRegistry.get(each).lease().orElseThrow()).toList();
    assertThat(views).filteredOn(view -> view.state() == State.READY).hasSize(1);
    assertThat(views)
        .filteredOn(view -> view.state() == State.PENDING)
        .allMatch(view -> view.position().isPresent() && view.reason().isPresent());

    long token = 0;
    for (int i = 0; i < 4; i++) {
      LeaseView ready = theReady(4);
      assertThat(ready.token().orElseThrow()).isGreaterThan(token);
      token = ready.token().orElseThrow();
      assertThat(release(ready.id().value()).refused()).isEmpty();
    }
  }

  private LeaseView theReady(int count) {
    return Eventually.find(
        "one of them is ready",
        SOON,
        () -> {
          List<LeaseView> ready = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            get("many-" + i)
                .lease()
                .filter(view -> view.state() == State.READY)
                .ifPresent(ready::add);
          }
          assertThat(ready).hasSizeLessThanOrEqualTo(1);
          return ready.stream().findFirst();
        });
  }

  @Test
  void oneThatNobodyRenewsEndsAndItsInstanceIsEverybodysAgain() {
    FakeMachine.Control machine = serves("short", 1);
    LeaseView lease = acquire("short-a", Duration.ofMillis(400), "short");

    Eventually.isTrue(
        "it has ended and its machine has let go",
        SOON,
        () ->
            get("short-a").refused().map(Refused::code).equals(Optional.of(ErrorCode.ENDED))
                && machine.tenure(instance(lease)).holder().isEmpty());
    assertThat(get("short-a").lease().orElseThrow().reason().orElseThrow()).contains("not renewed");
    Eventually.isTrue(
        "all is given back",
        SOON,
        () ->
            registry.events(0, Optional.of("short-a"), Duration.ZERO).stream()
                .anyMatch(event -> event.kind().equals("LeaseClosed")));
    assertThat(acquire("short-b", LONG, "short").state()).isEqualTo(State.READY);
  }

  @Test
  void oneThatHasBeenOverForLongIsForgottenByItsRegistryNode() throws SQLException {
    serves("old", 1);
    acquire("old-a", LONG, "old");
    release("old-a");
    Eventually.isTrue(
        "all is given back",
        SOON,
        () ->
            registry.events(0, Optional.of("old-a"), Duration.ZERO).stream()
                .anyMatch(event -> event.kind().equals("LeaseClosed")));

    try (Connection journal = DriverManager.getConnection(EmbeddedDatabase.url(data), "", "");
        PreparedStatement earlier =
            journal.prepareStatement(
                "UPDATE \"event_journal\" SET \"write_timestamp\" = 1 WHERE \"persistence_id\""
                    + " = ?")) {
      earlier.setString(1, PersistenceIds.lease("old-a"));
      assertThat(earlier.executeUpdate()).isPositive();
    }

    Eventually.isTrue(
        "its events are gone",
        SOON,
        () -> registry.events(0, Optional.of("old-a"), Duration.ZERO).isEmpty());
    assertThat(registry.events(0, Optional.of("old"), Duration.ZERO)).as("the name's").isNotEmpty();
  }

  @Test
  void aRenewalTellsTheMachineAndMovesTheDeadline() {
    FakeMachine.Control machine = serves("renewed", 1);
    LeaseView lease = acquire("renewed-a", LONG, "renewed");

    LeaseView renewed =
        TestRegistry.get(
                lease("renewed-a")
                    .<Reply>ask(
                        replyTo ->
                            new LeaseProtocol.Renew(
                                lease.id(), Optional.of(Duration.ofHours(1)), replyTo),
                        TestRegistry.ASK))
            .lease()
            .orElseThrow();

    assertThat(renewed.expiresAt().orElseThrow())
        .isAfter(lease.expiresAt().orElseThrow().plus(Duration.ofMinutes(40)));
    Eventually.isTrue(
        "its machine is told",
        SOON,
        () ->
            machine.heard.stream()
                .filter(NodeProtocol.HoldInstance.class::isInstance)
                .map(NodeProtocol.HoldInstance.class::cast)
                .anyMatch(hold -> hold.ttl().compareTo(Duration.ofMinutes(59)) > 0));
  }

  @Test
  void aReleaseThatItsMachineDoesNotAnswerIsSaidAgain() {
    FakeMachine.Control machine = serves("deaf", 1);
    LeaseView lease = acquire("deaf-a", LONG, "deaf");
    machine.deafToReleases = true;
    release("deaf-a");
    Eventually.isTrue(
        "it was told twice", SOON, () -> machine.count(NodeProtocol.ReleaseInstance.class) > 1);
    LeaseView next = acquiring("deaf-b", LONG, "deaf");
    assertThat(next.state()).isEqualTo(State.PENDING);

    machine.deafToReleases = false;

    Eventually.isTrue(
        "the next one has it",
        SOON,
        () -> get("deaf-b").lease().orElseThrow().state() == State.READY);
    assertThat(get("deaf-b").lease().orElseThrow().token().orElseThrow())
        .isGreaterThan(lease.token().orElseThrow());
  }

  @Test
  void whenItsMachineIsLostItMovesUnderTheSameIdWithAHigherToken() {
    FakeMachine.Control other = machine("moving-m2", "moving");
    FakeMachine.Control machine = serves("moving", 1);
    LeaseView before = acquire("moving-a", LONG, "moving");
    boolean there = machine.tenures.containsKey(instance(before));
    FakeMachine.Control first = there ? machine : other;
    FakeMachine.Control second = there ? other : machine;

    first.silent = true;

    LeaseView after =
        Eventually.find(
            "it is ready elsewhere",
            SOON,
            () ->
                get("moving-a")
                    .lease()
                    .filter(view -> view.state() == State.READY)
                    .filter(view -> !instance(view).equals(instance(before))));
    assertThat(after.token().orElseThrow()).isGreaterThan(before.token().orElseThrow());
    assertThat(second.tenure(instance(after)).holder())
        .hasValue(new LeaseToken(after.id(), after.token().orElseThrow()));
  }

  @Test
  void aMachineThatCannotHoldItNowIsAskedUnderAHigherNumberLater() {
    FakeMachine.Control machine = serves("busy", 1);
    machine.refuseHold = Optional.of(Refused.of(ErrorCode.BUSY, "others are at work"));
    CompletionStage<Reply> asked =
        acquiring("busy-a", LONG, true, Set.of("busy"), Optional.empty());
    Eventually.isTrue(
        "it was asked twice", SOON, () -> machine.count(NodeProtocol.HoldInstance.class) > 1);

    machine.refuseHold = Optional.empty();

    assertThat(TestRegistry.get(asked).refused()).isEmpty();
    Eventually.isTrue(
        "it is ready", SOON, () -> get("busy-a").lease().orElseThrow().state() == State.READY);
  }

  @Test
  void ofAnUnknownModelItEndsWithTheReason() {
    Reply reply =
        TestRegistry.get(acquiring("nothing-a", LONG, true, Set.of("nothing"), Optional.empty()));

    assertThat(reply.refused().map(Refused::code)).hasValue(ErrorCode.ENDED);
    assertThat(reply.lease().orElseThrow().reason().orElseThrow())
        .contains("nothing is not deployed");
    assertThat(get("never-was").refused().map(Refused::code)).hasValue(ErrorCode.NOT_FOUND);
  }

  /** Whoever looked for it made its actor go, which the request may meet on its way. */
  @Test
  void anIdThatWasLookedForJustBeforeIsALeaseLikeAnyOther() {
    serves("early", 1);
    List<CompletionStage<Reply>> looked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      looked.add(ask("early-a", to -> new LeaseProtocol.Get(new LeaseId("early-a"), to)));
    }

    LeaseView lease = acquire("early-a", LONG, "early");

    assertThat(lease.token()).isPresent();
    assertThat(looked)
        .allSatisfy(
            each ->
                assertThat(TestRegistry.get(each).refused().map(Refused::code))
                    .hasValue(ErrorCode.NOT_FOUND));
  }

  @Test
  void bringsItsOwnModelAndTakesItAwayAgain() {
    machine("own-m1", "own");
    ModelSpec own = aSpec().named("own").on("own").build();

    Reply reply = TestRegistry.get(acquiring("own-a", LONG, true, Set.of("own"), Optional.of(own)));
    assertThat(reply.lease().orElseThrow().state()).isEqualTo(State.READY);
    release("own-a");

    Eventually.isTrue(
        "it is removed",
        SOON,
        () ->
            registry
                .show("own")
                .refused()
                .map(Refused::code)
                .equals(Optional.of(ErrorCode.MODEL_NOT_FOUND)));
  }

  @Test
  void ofTwoThatBringTheSameNameAtOnceOneHasItAndTheOthersEndLeavesItThere() {
    machine("twin-m1", "twin");
    ModelSpec own = aSpec().named("twin").on("twin").build();
    List<CompletionStage<Reply>> asked =
        List.of(
            acquiring("twin-a", LONG, true, Set.of("twin"), Optional.of(own)),
            acquiring("twin-b", LONG, true, Set.of("twin"), Optional.of(own)));

    List<Reply> replies = asked.stream().map(TestRegistry::get).toList();

    assertThat(replies).filteredOn(reply -> reply.refused().isEmpty()).hasSize(1);
    String over =
        replies.stream()
            .filter(reply -> reply.refused().isPresent())
            .map(reply -> reply.lease().orElseThrow().id().value())
            .findFirst()
            .orElseThrow();
    Eventually.isTrue(
        "it is closed",
        SOON,
        () ->
            registry.events(0, Optional.of(over), Duration.ZERO).stream()
                .anyMatch(event -> event.kind().equals("LeaseClosed")));
    assertThat(registry.show("twin").deployment()).isPresent();
  }

  @Test
  void isOverThoughSomebodyNeedsTheModelThatItBrought() {
    machine("needed-m1", "needed");
    ModelSpec own = aSpec().named("needed").on("needed").build();
    Reply asked =
        TestRegistry.get(acquiring("needed-a", LONG, true, Set.of("needed"), Optional.of(own)));
    assertThat(asked.refused()).isEmpty();
    Eventually.isTrue(
        "it is ready",
        SOON,
        () -> get("needed-a").lease().filter(view -> view.state() == State.READY).isPresent());
    registry.deploy(aSpec().named("needing").on("needed").needs(Set.of(own.name())).build());
    Eventually.passes(
        "the need is known where it is removed",
        SOON,
        () -> assertThat(foreseen(own.withReplicas(0))).hasValue(ErrorCode.IN_USE));

    release("needed-a");

    Eventually.isTrue(
        "it is closed",
        SOON,
        () ->
            registry.events(0, Optional.of("needed-a"), Duration.ZERO).stream()
                .anyMatch(event -> event.kind().equals("LeaseClosed")));
    assertThat(registry.show("needed").refused().map(Refused::code))
        .hasValue(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void oneOfTwoModelsWaitsForBothAndShowsOneToken() {
    FakeMachine.Control one = serves("pair-a", 1);
    FakeMachine.Control two = serves("pair-b", 1);

    LeaseView lease = acquire("pair", LONG, "pair-a", "pair-b");

    LeaseToken token = new LeaseToken(lease.id(), lease.token().orElseThrow());
    assertThat(lease.parts()).hasSize(2);
    assertThat(one.tenures.values())
        .extracting(FakeMachine.Tenure::holder)
        .contains(Optional.of(token));
    assertThat(two.tenures.values())
        .extracting(FakeMachine.Tenure::holder)
        .contains(Optional.of(token));
  }

  /** Why {@code spec} would not be taken; nothing is changed by that. */
  private static Optional<ErrorCode> foreseen(ModelSpec spec) {
    Optional<Long> seen = registry.show(spec.name().value()).deployment().map(now -> now.version());
    return TestRegistry.get(
            registry
                .model(spec.name().value())
                .<RegistryProtocol.Foreseen>ask(
                    replyTo -> new RegistryProtocol.ForeseeDeploy(spec, seen, false, replyTo),
                    TestRegistry.ASK))
        .refused()
        .map(Refused::code);
  }

  /** A machine of its own engine, so that no other test's model is placed on it. */
  private FakeMachine.Control machine(String id, String engine) {
    FakeMachine.Control control = new FakeMachine.Control(id);
    control.engines = Set.of(engine);
    machines.add(control);
    return registry.machine(control);
  }

  private FakeMachine.Control serves(String model, int replicas) {
    FakeMachine.Control machine = machine(model + "-m1", model);
    registry.deploy(aSpec().named(model).on(model).replicas(replicas).spread().build());
    registry.awaitFirstReady(model);
    return machine;
  }

  private LeaseView acquire(String id, Duration ttl, String... models) {
    LeaseView view = acquiring(id, ttl, models);
    assertThat(view.state()).isEqualTo(State.READY);
    return view;
  }

  private LeaseView acquiring(String id, Duration ttl, String... models) {
    return TestRegistry.get(acquiring(id, ttl, true, Set.of(models), Optional.empty()))
        .lease()
        .orElseThrow();
  }

  private CompletionStage<Reply> acquiring(
      String id, Duration ttl, boolean exclusive, Set<String> models, Optional<ModelSpec> own) {
    LeaseProtocol.Wish wish =
        new LeaseProtocol.Wish(
            "me",
            Set.copyOf(models.stream().map(ModelName::new).toList()),
            exclusive,
            Optional.empty(),
            ttl,
            LONG,
            own);
    return ask(id, replyTo -> new LeaseProtocol.Acquire(new LeaseId(id), wish, replyTo));
  }

  private Reply get(String id) {
    return TestRegistry.get(ask(id, replyTo -> new LeaseProtocol.Get(new LeaseId(id), replyTo)));
  }

  private Reply release(String id) {
    return TestRegistry.get(
        ask(id, replyTo -> new LeaseProtocol.Release(new LeaseId(id), "done", replyTo)));
  }

  private static CompletionStage<Reply> ask(
      String id, Function<ActorRef<Reply>, LeaseProtocol.Command> wish) {
    return lease(id).ask(wish, TestRegistry.ASK);
  }

  private static EntityRef<LeaseProtocol.Command> lease(String id) {
    return ClusterSharding.get(registry.system()).entityRefFor(LeaseProtocol.TYPE_KEY, id);
  }

  private static InstanceId instance(LeaseView view) {
    return view.parts().get(0).instance().orElseThrow();
  }
}
