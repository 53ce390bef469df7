package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.access.AccessActor;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.machine.MachineActor;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.testing.Reports;
import java.util.List;
import java.util.Optional;
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
  private static final MachineId M1 = new MachineId("m1");

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void messagesBetweenRegistryNodesComeBackAsTheyWere() {
    verify(new RegistryMessage.Wake(new ModelName("demo")));
    verify(new RegistryMessage.Written(new ModelName("demo"), 7));
    verify(new MachineActor.Written(M1, 7));
    verify(new AccessActor.Written(7));
    verify(new FleetMessage.MachineDecided(M1, 3, true, false));
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
