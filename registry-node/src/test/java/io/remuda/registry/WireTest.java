package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.access.AccessActor;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.lease.LeaseMessage;
import io.remuda.registry.machine.MachineActor;
import io.remuda.registry.model.ClaimReply;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.model.TenancyMessage;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
            KIT.<RegistryMessage.GiveWayReply>createTestProbe().getRef()));
    verify(new RegistryMessage.GiveWayReply(InstanceId.of("chat-3"), Optional.of("pinned")));
    verify(new MachineActor.Written(M1, 7));
    verify(new AccessActor.Written(7));
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

  private static <T> void verify(T message) {
    assertThat(KIT.serializationTestKit().verifySerialization(message, true)).isEqualTo(message);
  }
}
