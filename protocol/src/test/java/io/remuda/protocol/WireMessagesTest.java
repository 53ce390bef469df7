package io.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import akka.serialization.Serializers;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.cluster.SystemConfig;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import java.io.NotSerializableException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireMessagesTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "wire",
          SystemConfig.local(
              StrictConfig.load(
                  Optional.empty(),
                  ConfigFactory.parseString("akka.actor.testkit.typed.timefactor = 5"))));
  private static final Serialization SERIALIZATION =
      SerializationExtension.get(Adapter.toClassic(KIT.system()));

  /** What a map of a message may have as its keys. */
  record Load(Map<InstanceId, Integer> slots, Map<MachineId, List<Phase>> phases)
      implements WireMessage {}

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  static Stream<Class<?>> messages() {
    return new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.remuda.protocol")
            .stream()
            .filter(type -> type.isAssignableTo(WireMessage.class))
            .filter(type -> !type.isInterface())
            .map(JavaClass::reflect);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageArrivesAsItWasSent(Class<?> type) throws Exception {
    for (boolean full : new boolean[] {true, false}) {
      Samples samples = new Samples(KIT.createTestProbe().ref(), full);

      for (Object message : List.of(sample(type, samples))) {
        assertThat(travelled(message)).as(type.getSimpleName()).isEqualTo(message);
      }
    }
  }

  @Test
  void aMapKeepsItsIdsAsKeys() throws Exception {
    Load load =
        new Load(
            Map.of(InstanceId.of("demo-1"), 4, InstanceId.of("a.b-c_d-77"), 1),
            Map.of(new MachineId("m1"), List.of(Phase.READY)));

    assertThat(travelled(load)).isEqualTo(load);
  }

  @Test
  void aPartOfTheRoutesFitsItsFrame() {
    List<Route> routes =
        IntStream.range(0, 6_000)
            .mapToObj(
                number ->
                    new Route(
                        InstanceId.of("chat-small-" + number),
                        new MachineId("0123456789ab"),
                        number,
                        12,
                        Phase.ENDED,
                        "127.0.0.1:35000",
                        4,
                        Set.of("/v1/chat/completions", "/v1/completions"),
                        true,
                        -1,
                        Optional.empty(),
                        0))
            .toList();

    assertThat(SERIALIZATION.serialize(new RouteTable(routes)).get().length).isLessThan(2 << 20);
  }

  @Test
  void whatIsNoWireMessageIsNotSent() {
    record Private(String text) {}

    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(() -> travelled(new Private("secret"))))
        .isInstanceOf(NotSerializableException.class);
  }

  private static Object sample(Class<?> type, Samples samples) {
    if (type == RouteTable.class) {
      return new RouteTable(List.of((Route) samples.of(Route.class)));
    }
    if (type == Catalog.class) {
      return new Catalog(List.of((Listing) samples.of(Listing.class)));
    }
    if (type == AccessTable.class) {
      return new AccessTable(
          List.of((AccessProtocol.ApiKey) samples.of(AccessProtocol.ApiKey.class)));
    }
    return samples.of(type);
  }

  private static Object travelled(Object message) throws Exception {
    Serializer serializer = SERIALIZATION.findSerializerFor(message);
    if (serializer.includeManifest()
        && serializer.getClass().getName().contains("DisabledJavaSerializer")) {
      throw new NotSerializableException(message.getClass().getName());
    }
    byte[] bytes = SERIALIZATION.serialize(message).get();
    assertThat(bytes.length).as("far below a frame").isLessThan(16 << 10);
    return SERIALIZATION
        .deserialize(bytes, serializer.identifier(), Serializers.manifestFor(serializer, message))
        .get();
  }
}
