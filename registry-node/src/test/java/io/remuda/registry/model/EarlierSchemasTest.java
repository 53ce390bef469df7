package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Listing;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.SteadyClock;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.testing.KeptLines;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A name that evolves remembers the schemas whose tasks may still wait. */
class EarlierSchemasTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  remuda.registry.reconcile-interval = 1h
                  remuda.registry.resend-after = 10ms
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("earlier-schemas", CONFIG);
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final MachineId M1 = new MachineId("m1");
  private static final ModelName DEMO = new ModelName("demo");
  private static final Schema OLD = Typed.schema("text");
  private static final Schema ADDED = Typed.schema("text", "limit");

  private final TestProbe<NodeProtocol.Command> agent =
      KIT.createTestProbe(NodeProtocol.Command.class);
  private final KeptLines lines = new KeptLines();
  private final List<Listing> listings = lines.all;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void newInstancesAndGatewaysAreToldTheSchemasBefore() {
    // given a model whose schema was found in it, with one instance
    EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> actor = actor();
    deploy(actor, false);
    describes(OLD);
    NodeProtocol.StartInstance first = agent.expectMessageClass(NodeProtocol.StartInstance.class);
    assertThat(first.spec().schema()).contains(OLD);

    // when it evolves
    deploy(actor, true);
    describes(ADDED);

    // then its next instance and the catalog have the schema before too, after a restart as well
    NodeProtocol.StartInstance next = startAfter(actor, first.id());
    Schema told = next.spec().schema().orElseThrow();
    assertThat(told.fingerprint()).isEqualTo(ADDED.fingerprint());
    assertThat(told.earlier()).containsExactly(OLD.fingerprint());
    assertThat(listings.get(listings.size() - 1).schema()).contains(told);
    actor.restart();
    assertThat(actor.getState().earlier()).containsExactly(OLD.fingerprint());
  }

  @Test
  void aMachineThatRegistersTheModelIsToldThemToo() {
    EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> actor = actor();
    deploy(actor, spec().withSchema(OLD), false);
    deploy(actor, spec().withSchema(ADDED), true);

    var taken = register(actor, ADDED);
    var again = register(actor, ADDED);
    var refused = register(actor, Typed.schema("else"));

    assertThat(taken.refused()).isEmpty();
    assertThat(taken.earlier()).containsExactly(OLD.fingerprint());
    assertThat(again).isEqualTo(taken);
    assertThat(refused.refused()).isPresent();
    assertThat(refused.earlier()).isEmpty();
  }

  @Test
  void aSchemaThatIsDeclaredAnewIsRememberedToo() {
    ModelState state = declared(OLD).on(evolved(ADDED));

    assertThat(state.schemaWithEarlier().orElseThrow().earlier())
        .containsExactly(OLD.fingerprint());
    assertThat(state.schema()).as("what is compared has none").contains(ADDED);
  }

  @Test
  void theSameSchemaAgainAddsNothingAndOnlyTheLastFourAreKept() {
    ModelState state = declared(Typed.schema("f1")).on(evolved(Typed.schema("f1")));
    assertThat(state.earlier()).isEmpty();
    List<String> fields = new ArrayList<>(List.of("f1"));
    List<String> all = new ArrayList<>();
    for (int i = 2; i <= 7; i++) {
      all.add(state.schema().orElseThrow().fingerprint());
      fields.add("f" + i);
      state = state.on(evolved(Typed.schema(fields.toArray(String[]::new))));
    }

    assertThat(state.earlier()).isEqualTo(all.subList(2, 6));
  }

  @Test
  void aNameThatIsRemovedForgetsThem() {
    ModelState removed =
        declared(OLD)
            .on(evolved(ADDED))
            .on(new DeploymentEvent.DeploymentRemoved(DEMO, Instant.EPOCH));

    assertThat(removed.earlier()).isEmpty();
    assertThat(removed.on(declaration(OLD)).earlier()).isEmpty();
  }

  private static ModelState declared(Schema schema) {
    return ModelState.empty(DEMO).on(declaration(schema));
  }

  private static ModelEvent declaration(Schema schema) {
    return new DeploymentEvent.DeploymentDeclared(spec().withSchema(schema), Instant.EPOCH);
  }

  private static ModelEvent evolved(Schema schema) {
    return new DeploymentEvent.SchemaEvolved(spec().withSchema(schema), "more", Instant.EPOCH);
  }

  private static ModelSpec spec() {
    return aSpec().named(DEMO.value()).build();
  }

  private static void deploy(
      EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> actor,
      boolean evolve) {
    deploy(actor, spec(), evolve);
  }

  private static void deploy(
      EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> actor,
      ModelSpec spec,
      boolean evolve) {
    var result =
        actor.<RegistryProtocol.Reply>runCommand(
            replyTo -> new RegistryProtocol.Deploy(spec, Optional.empty(), evolve, replyTo));
    assertThat(result.reply().refused()).isEmpty();
  }

  private static RegistryProtocol.Registered register(
      EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> actor,
      Schema schema) {
    return actor
        .<RegistryProtocol.Registered>runCommand(
            replyTo -> new RegistryProtocol.Register(spec().withSchema(schema), M1, replyTo))
        .reply();
  }

  /** The machine's next word on the model. */
  private void describes(Schema schema) {
    NodeProtocol.DescribeModel asked =
        Eventually.find(
            "it is to be described",
            LIMIT,
            () ->
                agent.receiveMessage() instanceof NodeProtocol.DescribeModel describe
                    ? Optional.of(describe)
                    : Optional.empty());
    asked
        .replyTo()
        .tell(
            new NodeProtocol.Described(
                M1,
                Optional.of(
                    new ModelFile(
                        1, "d", new Resources(0, 512, 0, 0), true, Optional.of(schema), "")),
                Optional.empty()));
  }

  private NodeProtocol.StartInstance startAfter(
      EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> actor,
      InstanceId before) {
    return Eventually.find(
        "another instance is started",
        LIMIT,
        () -> {
          actor.runCommand(RegistryMessage.Look.NOW);
          NodeProtocol.Command heard = agent.receiveMessage();
          return heard instanceof NodeProtocol.StartInstance start && !start.id().equals(before)
              ? Optional.of(start)
              : Optional.empty();
        });
  }

  private EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> actor() {
    Fleet fleet = new Fleet();
    fleet.show(
        FleetSnapshot.of(
            Duration.ofHours(1),
            false,
            List.of(
                new FleetSnapshot.Machine(
                    true, false, Duration.ZERO, Duration.ZERO, Reports.of("m1").build()))),
        Map.of(M1, agent.getRef()));
    return EventSourcedBehaviorTestKit.create(
        KIT.system(),
        RegistryActor.create(
            DEMO,
            new Surroundings(
                World.JOURNAL,
                RegistrySettings.from(CONFIG),
                new SteadyClock(),
                fleet,
                KIT.createTestProbe(FleetProtocol.Command.class).getRef(),
                lines,
                name -> CompletableFuture.completedFuture(new Owned(1, 0)),
                () -> {},
                new Unreadable(),
                new RegistryMeters()),
            new Succession<>(self -> {}, command -> {})),
        EventSourcedBehaviorTestKit.disabledSerializationSettings());
  }
}
