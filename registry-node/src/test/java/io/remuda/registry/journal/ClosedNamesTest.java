package io.remuda.registry.journal;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.ShardRegion.CurrentShardRegionState;
import akka.cluster.sharding.typed.GetShardRegionState;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.model.DeploymentEvent.DeploymentDeclared;
import io.remuda.registry.model.DeploymentEvent.DeploymentRemoved;
import io.remuda.registry.model.DeploymentEvent.NameClosed;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that were removed, and that nothing is left of, are in the journal and nowhere else. */
class ClosedNamesTest {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final Instant AT = Instant.ofEpochMilli(1);
  private static final int GONE = 100;
  private static final List<String> OPEN = List.of("kept-1", "kept-2", "kept-3");

  @TempDir Path data;

  @Test
  void onlyThoseThatMayHaveSomethingToDoAreListed() throws SQLException {
    JournalSettings settings = JournalSettings.from(ConfigFactory.load(), data);
    try (JournalStore store = new JournalStore(settings)) {
      store.prepare();
      WrittenRows rows = new WrittenRows(settings);
      removed(rows, "going");
      removed(rows, "gone");
      closed(rows, "gone");
      removed(rows, "back");
      closed(rows, "back");
      rows.event(PersistenceIds.model("back"), 4, declared("back"));

      assertThat(store.names().open())
          .extracting(named -> PersistenceIds.entity(named.persistenceId()))
          .containsExactly("going", "back");
      assertThat(store.names().ended()).as("nothing of it is deleted").isEmpty();
      assertThat(store.own(PersistenceIds.model("gone")).last()).isEqualTo(3);
    }
  }

  @Test
  @Tag("slow")
  void aRegistryNodeThatStartsWakesNoneOfThemUntilSomebodyAsks() throws SQLException {
    written();

    try (TestRegistry registry = TestRegistry.start(data).awaitReady()) {
      Eventually.passes(
          "all others are woken",
          SOON,
          () -> assertThat(OPEN).allMatch(name -> registry.listing(name).isPresent()));
      assertThat(names(registry)).isEqualTo(OPEN.size());

      assertThat(registry.explain("gone-7").explanation().orElseThrow().history())
          .extracting(event -> event.kind())
          .contains("DeploymentDeclared", "DeploymentRemoved", "NameClosed");
      assertThat(registry.explain("gone-7").explanation().orElseThrow().phase())
          .isEqualTo(DeploymentPhase.ENDED);
      assertThat(registry.deploy(spec("gone-8").withSchema(schema("b"))).refused())
          .as("with another schema than it had")
          .isEmpty();
      assertThat(names(registry)).isEqualTo(OPEN.size() + 2);
    }
  }

  private void written() throws SQLException {
    JournalSettings settings = JournalSettings.from(ConfigFactory.load(), data);
    try (JournalStore store = new JournalStore(settings)) {
      store.prepare();
      WrittenRows rows = new WrittenRows(settings);
      for (String name : IntStream.range(0, GONE).mapToObj(i -> "gone-" + i).toList()) {
        removed(rows, name);
        closed(rows, name);
      }
      for (String name : OPEN) {
        rows.event(PersistenceIds.model(name), 1, declared(name));
      }
    }
  }

  /** How many names the node owns. */
  private static int names(TestRegistry registry) {
    CompletionStage<CurrentShardRegionState> state =
        AskPattern.ask(
            ClusterSharding.get(registry.system()).shardState(),
            replyTo -> new GetShardRegionState(RegistryProtocol.TYPE_KEY, replyTo),
            TestRegistry.ASK,
            registry.system().scheduler());
    return TestRegistry.get(state).getShards().stream()
        .mapToInt(shard -> shard.getEntityIds().size())
        .sum();
  }

  private static void removed(WrittenRows rows, String name) throws SQLException {
    rows.event(PersistenceIds.model(name), 1, declared(name));
    rows.event(PersistenceIds.model(name), 2, new DeploymentRemoved(new ModelName(name), AT));
  }

  private static void closed(WrittenRows rows, String name) throws SQLException {
    rows.event(PersistenceIds.model(name), 3, new NameClosed(new ModelName(name), AT));
  }

  private static DeploymentDeclared declared(String name) {
    return new DeploymentDeclared(spec(name).withSchema(schema("a")), AT);
  }

  private static ModelSpec spec(String name) {
    return aSpec().named(name).replicas(0).build();
  }

  private static Schema schema(String fingerprint) {
    return new Schema(fingerprint, "t.In", "t.Out", "AAECAw==");
  }
}
