package io.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.cluster.SystemConfig;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutView;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.testing.OtherVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a node of an earlier version leaves out has its default here. */
class EarlierSenderTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "earlier",
          SystemConfig.local(
              StrictConfig.load(
                  Optional.empty(),
                  ConfigFactory.parseString("akka.actor.testkit.typed.timefactor = 5"))));
  private static final OtherVersion EARLIER = new OtherVersion(KIT.system());
  private static final InstanceId ID = InstanceId.of("chat-7");

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  @Test
  void aDeploymentWithoutPoliciesHasNone() throws IOException {
    ModelSpec spec = ModelSpec.of(new ModelName("chat"), "llama-server", Optional.of("a.gguf"));

    ModelSpec read = without(spec, "policies");

    assertThat(read).isEqualTo(spec);
    assertThat(read.policies()).isEqualTo(Policies.NONE);
  }

  @Test
  void aStartWithoutRevisionAndPatienceIsOneThatWaitsForNothing() throws IOException {
    NodeProtocol.StartInstance start =
        new NodeProtocol.StartInstance(
            ID,
            7,
            new JournalId("00000000-0000-0000-0000-000000000001"),
            ModelSpec.of(ID.model(), "llama-server", Optional.empty()),
            Resources.NONE,
            0,
            Optional.empty(),
            KIT.<NodeProtocol.StartReply>createTestProbe().getRef());

    assertThat(without(start, "revision", "patience")).isEqualTo(start);
  }

  @Test
  void reportsAndRoutesWithoutARevisionSayNothingOfIt() throws IOException {
    InstanceReport report =
        new InstanceReport(
            ID,
            7,
            3,
            Phase.READY,
            InstanceReport.Origin.ASSIGNED,
            "llama-server",
            OptionalLong.of(4711),
            OptionalInt.of(35_000),
            4,
            1,
            0,
            0,
            Optional.empty(),
            OptionalDouble.empty(),
            Resources.NONE,
            Optional.empty(),
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Route route =
        new Route(
            ID,
            new MachineId("m1"),
            7,
            3,
            Phase.READY,
            "127.0.0.1:35000",
            4,
            Set.of("/v1/models"),
            true,
            -1,
            Optional.empty(),
            0);

    assertThat(without(report, "revision", "idle", "measured", "failure", "gpus", "trouble"))
        .isEqualTo(report);
    RouteTable table = new RouteTable(List.of(route));
    assertThat(EARLIER.withoutInEach(table, "revision")).isEqualTo(table);
    assertThat(EARLIER.withoutInEach(table, "continues")).isEqualTo(table);
  }

  @Test
  void aListingWithoutWeightsHasInstancesThatAreAllAlike() throws IOException {
    Listing listing =
        new Listing(
            ID.model(),
            4,
            0,
            1,
            DeploymentPhase.READY,
            "llama-server",
            Optional.empty(),
            1,
            1,
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Instant.EPOCH,
            false);

    assertThat(without(listing, "weights", "relief", "spare", "defaults")).isEqualTo(listing);
  }

  @Test
  void aRolloutWithoutACanaryAndAGapHasNeither() throws IOException {
    RolloutView view =
        new RolloutView(
            1,
            4,
            RolloutView.Stage.ROLLING,
            RolloutWish.Strategy.AUTO,
            2,
            1,
            1,
            Instant.EPOCH,
            "it goes on",
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty());

    assertThat(without(view, "canary", "gap")).isEqualTo(view);
  }

  @Test
  void aDeclarationAndARemovalWithoutALeaseAreOfNone() throws IOException {
    RegistryProtocol.Deploy deploy =
        new RegistryProtocol.Deploy(
            ModelSpec.of(ID.model(), "llama-server", Optional.empty()),
            Optional.empty(),
            false,
            KIT.<RegistryProtocol.Reply>createTestProbe().getRef());
    RegistryProtocol.Remove remove =
        new RegistryProtocol.Remove(
            ID.model(),
            true,
            Optional.empty(),
            KIT.<RegistryProtocol.Reply>createTestProbe().getRef());

    assertThat(without(deploy, "lease")).isEqualTo(deploy);
    assertThat(without(remove, "lease")).isEqualTo(remove);
  }

  @Test
  void aMachineStateWithoutGpusCordonsNone() throws IOException {
    NodeProtocol.SetMachineState state =
        new NodeProtocol.SetMachineState(
            new JournalId("00000000-0000-0000-0000-000000000001"),
            4,
            false,
            Map.of(),
            Set.of(),
            KIT.<NodeProtocol.MachineStateSet>createTestProbe().getRef());
    Gpu gpu =
        new Gpu(
            0,
            "GPU-a",
            "any",
            8_000,
            0,
            0,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            true,
            false);

    assertThat(without(state, "cordonedGpus")).isEqualTo(state);
    assertThat(without(gpu, "cordoned")).isEqualTo(gpu);
  }

  @Test
  void aQuestionForARequestWithoutAViewerIsAskedForAll() throws IOException {
    RequestProtocol.Find find =
        new RequestProtocol.Find(
            "req-1", KIT.<RequestProtocol.Found>createTestProbe().getRef(), Optional.empty());
    RequestProtocol.Find viewed =
        new RequestProtocol.Find(
            "req-1",
            find.replyTo(),
            Optional.of(
                new RequestProtocol.Viewer("k", true, List.of("acme-*"), Optional.of("acme"))));

    assertThat(without(find, "viewer")).isEqualTo(find);
    assertThat(without(viewed)).as("as it was sent").isEqualTo(viewed);
  }

  private static <T> T without(T message, String... components) throws IOException {
    return EARLIER.without(message, components);
  }
}
