package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.OtherVersion;
import io.remuda.registry.access.AccessActor;
import io.remuda.registry.door.DoorActor;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.lease.LeaseMessage;
import io.remuda.registry.machine.MachineActor;
import io.remuda.registry.model.ClaimReply;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.model.TenancyMessage;
import io.remuda.registry.testing.Reports;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What registry nodes say to each other survives the wire. */
class WireTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "wire",
          ConfigFactory.parseString(
                  "akka.actor.provider = local, akka.actor.testkit.typed.timefactor = 5")
              .withFallback(ConfigFactory.load()));
  private static final LeaseId LEASE = new LeaseId("9f3a61");
  private static final MachineId M1 = new MachineId("m1");

  /** Messages of an actor to itself, or to others of its own node. */
  private static final Set<String> STAY =
      Stream.of(
              "fleet.FleetMessage$CapacityTold",
              "fleet.FleetMessage$Joined",
              "fleet.FleetMessage$LeaseUnheard",
              "fleet.FleetMessage$Listed",
              "fleet.FleetMessage$MembersSeen",
              "fleet.FleetMessage$ReadStory",
              "fleet.FleetMessage$ToOwner",
              "fleet.FleetMessage$Watch",
              "fleet.FleetView$OwnerStopped",
              "fleet.FleetView$Ponged",
              "fleet.FleetView$Tick",
              "lease.LeaseMessage$Held",
              "lease.LeaseMessage$Look",
              "lease.LeaseMessage$OwnAnswered",
              "lease.LeaseMessage$Told",
              "lease.LeaseMessage$Waited",
              "machine.MachineActor$Answered",
              "machine.MachineActor$Looked",
              "machine.MachineActor$ViewGone",
              "machine.MachineActor$Waited",
              "model.RegistryMessage$DescribeAnswered",
              "model.RegistryMessage$GiveWayAnswered",
              "model.RegistryMessage$HistoryRead",
              "model.RegistryMessage$Look",
              "model.RegistryMessage$StartAnswered",
              "model.RegistryMessage$StopAnswered",
              "model.RegistryMessage$TargetTold",
              "model.RegistryMessage$TermRead",
              "model.RegistryMessage$WhatIfDescribed",
              "model.RegistryMessage$WhatIfYielded",
              "model.TenancyMessage$ReleaseAnswered",
              "standing.RegistryVoice$Clocks",
              "standing.RegistryVoice$Counted",
              "standing.RegistryVoice$Heard",
              "standing.RegistryVoice$Tick",
              "usage.AllowanceActor$Idle",
              "usage.UsageActor$Done")
          .map(name -> "io.remuda.registry." + name)
          .collect(Collectors.toUnmodifiableSet());

  private final Set<String> verified = new TreeSet<>();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void messagesBetweenRegistryNodesComeBackAsTheyWere() {
    verify(new RegistryMessage.Wake(new ModelName("demo")));
    verify(new LeaseMessage.Written(LEASE, 7));
    verify(new LeaseMessage.StillWanted(LEASE, new ModelName("demo"), 7));
    verify(
        new TenancyMessage.Claim(
            new ModelName("demo"),
            LEASE,
            7,
            Optional.of(InstanceId.of("demo-1")),
            Optional.of(InstanceId.of("demo-2")),
            Optional.of("me/thread"),
            Instant.ofEpochMilli(7),
            KIT.<ClaimReply>createTestProbe().getRef()));
    verify(
        new TenancyMessage.Unclaim(
            new ModelName("demo"), LEASE, 7, "done", KIT.<ClaimReply>createTestProbe().getRef()));
    verify(
        new TenancyMessage.Unclaim(
            new ModelName("demo"),
            LEASE,
            7,
            "it waits",
            true,
            KIT.<ClaimReply>createTestProbe().getRef()));
    verify(new ClaimReply.Granted(new ModelName("demo"), LEASE, InstanceId.of("demo-1"), M1, 7));
    verify(
        new ClaimReply.Queued(
            new ModelName("demo"), LEASE, 2, Optional.of(Duration.ofSeconds(3)), "all are leased"));
    verify(
        new ClaimReply.Rejected(
            new ModelName("demo"), LEASE, Refused.of(ErrorCode.BUSY, "too many wait")));
    verify(new ClaimReply.Returned(new ModelName("demo"), LEASE));
    verify(
        new RegistryMessage.WhatIs(
            new ModelName("demo"), KIT.<RegistryMessage.Stands>createTestProbe().getRef()));
    verify(new RegistryMessage.Stands(false, Optional.of(new ModelName("demo"))));
    verify(new RegistryMessage.Written(new ModelName("demo"), 7));
    verify(new RegistryMessage.RoomMade(new ModelName("demo")));
    verify(
        new RegistryMessage.GiveWay(
            InstanceId.of("chat-3"),
            new ModelName("demo"),
            5,
            true,
            true,
            KIT.<RegistryMessage.GiveWayReply>createTestProbe().getRef()));
    verify(
        new RegistryMessage.ForeseeGiveWay(
            InstanceId.of("chat-3"),
            new ModelName("demo"),
            5,
            true,
            false,
            Optional.of(new Departure(M1, Departure.Kind.LOSE, Optional.empty())),
            List.of(
                new Forecast.Shift(
                    M1,
                    InstanceId.of("chat-2"),
                    Resources.NONE,
                    false,
                    Optional.of(new Forecast.Yield(new ModelName("demo"), 5, true)))),
            KIT.<RegistryProtocol.Foreseen>createTestProbe().getRef()));
    verify(new RegistryMessage.GiveWayReply(InstanceId.of("chat-3"), Optional.of("pinned")));
    verify(new MachineActor.Written(M1, 7));
    verify(new AccessActor.Written(7));
    verify(new DoorActor.Refused("192.0.2.7", "it shows no certificate", 3));
    verify(new FleetMessage.MachineDecided(M1, 3, true, false, Set.of("GPU-a")));
    verify(new FleetMessage.LossTold(List.of(M1)));
    verify(
        new FleetProtocol.ConfirmLoss(KIT.<FleetProtocol.LossConfirmed>createTestProbe().getRef()));
    verify(new FleetProtocol.LossConfirmed(List.of(M1)));
    verify(
        new MachineActor.Seen(
            M1,
            Optional.of(KIT.<NodeProtocol.Command>createTestProbe().getRef()),
            Optional.of(Reports.of("m1").gpu(1, 2, 3).running("demo-1", Phase.READY).build()),
            KIT.<FleetProtocol.Command>createTestProbe().getRef()));
    verify(
        new MachineActor.Seen(
            M1,
            Optional.empty(),
            Optional.empty(),
            KIT.<FleetProtocol.Command>createTestProbe().getRef()));
  }

  @Test
  void whatAnOwnerOfAnEarlierVersionLeavesOutOfAClaimHasItsDefault() throws IOException {
    OtherVersion earlier = new OtherVersion(KIT.system());
    ActorRef<ClaimReply> lease = KIT.<ClaimReply>createTestProbe().getRef();
    ModelName demo = new ModelName("demo");
    TenancyMessage.Claim claim =
        new TenancyMessage.Claim(
            demo,
            LEASE,
            7,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Instant.ofEpochMilli(7),
            lease);
    TenancyMessage.Unclaim over = new TenancyMessage.Unclaim(demo, LEASE, 7, "done", lease);
    ClaimReply.Queued waits =
        new ClaimReply.Queued(demo, LEASE, 2, Optional.empty(), "all are leased");
    RegistryMessage.GiveWay goes =
        new RegistryMessage.GiveWay(
            InstanceId.of("chat-3"),
            demo,
            5,
            true,
            false,
            KIT.<RegistryMessage.GiveWayReply>createTestProbe().getRef());

    assertThat(earlier.without(claim, "slots", "holding", "avoided", "session")).isEqualTo(claim);
    assertThat(earlier.without(over, "comesBack")).isEqualTo(over);
    assertThat(earlier.without(waits, "estimate")).isEqualTo(waits);
    assertThat(earlier.without(goes, "sounding")).isEqualTo(goes);
    assertThat(earlier.with(claim, "toldByLaterVersions", 7)).isEqualTo(claim);
    assertThat(earlier.with(over, "toldByLaterVersions", 7)).isEqualTo(over);
  }

  /** A message that is new is verified above, or named as one that stays. */
  @Test
  void everyMessageThatMayTravelIsVerified() {
    messagesBetweenRegistryNodesComeBackAsTheyWere();

    Set<String> all =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.remuda.registry")
                .stream()
                .filter(type -> type.isAssignableTo(WireMessage.class) && !type.isInterface())
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    Set<String> told = new TreeSet<>(STAY);
    told.addAll(verified);
    told.removeIf(name -> !name.startsWith("io.remuda.registry."));

    assertThat(STAY).doesNotContainAnyElementsOf(verified);
    assertThat(told).isEqualTo(all);
  }

  private <T> void verify(T message) {
    verified.add(message.getClass().getName());
    assertThat(KIT.serializationTestKit().verifySerialization(message, true)).isEqualTo(message);
  }
}
