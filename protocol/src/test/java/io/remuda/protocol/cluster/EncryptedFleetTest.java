package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.Props;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.protocol.Keys;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import io.remuda.protocol.tls.CertificateAuthority;
import io.remuda.protocol.tls.FleetTls;
import io.remuda.protocol.tls.NodeCertificate;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets into a fleet with certificates, who does not, and what both sides are told. */
@Tag("slow")
class EncryptedFleetTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration YEAR = Duration.ofDays(365);
  private static final Duration TWIN_PATIENCE = Duration.ofSeconds(1);

  @TempDir Path folder;
  private CertificateAuthority authority;
  private final List<HostPort> contacts = TestNode.contacts(2);
  private final List<PeerRefused> refused = new CopyOnWriteArrayList<>();

  @BeforeEach
  void make() {
    authority = CertificateAuthority.create(folder.resolve("ca"), "remuda", Instant.now());
  }

  @Test
  void nodesWithTokensMeetAndStrangersAreTurnedAway() throws Exception {
    try (TestNode registry = registry(certified("registry", authority));
        TestNode model = model(certified("model", authority), Map.of())) {
      model.awaitUp(SOON);
      Eventually.isTrue("two members", SOON, () -> registry.membersUp() == 2);
      assertThat(model.system().settings().config().getString("akka.remote.artery.transport"))
          .isEqualTo("tls-tcp");
      watch(registry);

      CertificateAuthority other =
          CertificateAuthority.create(folder.resolve("other"), "remuda", Instant.now());
      assertThat(knock(certified("stranger", other)).ask(contacts.get(0)))
          .hasValueSatisfying(why -> assertThat(why).contains("is not of this fleet's authority"));
      Eventually.isTrue("the foreign one is told", SOON, () -> refused.size() == 1);
      assertThat(refused.get(0).remote()).isEqualTo("127.0.0.1");
      assertThat(refused.get(0).reason()).contains("does not take this node's certificate");

      assertThat(knock(data("plain")).ask(contacts.get(0)))
          .hasValueSatisfying(
              why ->
                  assertThat(why)
                      .contains("it speaks TLS, and this node has no certificate")
                      .contains("join token"));
      assertThat(knock(certified("friend", authority)).ask(contacts.get(0))).isEmpty();
      assertThat(refused).as("one line a minute from one address").hasSize(1);
    }
  }

  @Test
  void whoSpeaksPlainTextAtTheActorsPortIsTurnedAway() throws Exception {
    try (TestNode registry = registry(certified("registry", authority))) {
      registry.awaitUp(SOON);
      watch(registry);
      var address = akka.cluster.typed.Cluster.get(registry.system()).selfMember().address();

      // Speaks at once, and not TLS.
      try (Socket plain = new Socket("127.0.0.1", address.getPort().orElseThrow())) {
        plain.getOutputStream().write("AKKA and so on, not in TLS".getBytes("US-ASCII"));
        plain.getOutputStream().flush();
        Eventually.isTrue("it is told", SOON, () -> refused.size() == 1);
      }

      assertThat(refused.get(0).remote()).isEqualTo("(at the actors' port)");
      assertThat(refused.get(0).reason()).contains("does not speak TLS");
    }
  }

  @Test
  void aNodeWithACertificateIsToldThatAFleetHasNone() throws Exception {
    try (TestNode registry = registry(data("registry"))) {
      registry.awaitUp(SOON);
      watch(registry);

      assertThat(knock(certified("model", authority)).ask(contacts.get(0)))
          .hasValueSatisfying(why -> assertThat(why).contains("it does not speak TLS"));

      Eventually.isTrue("it is told here too", SOON, () -> refused.size() == 1);
      assertThat(refused.get(0).reason()).contains("speaks TLS, and this node has no certificate");
    }
  }

  @Test
  void aNewCertificateIsShownWithoutARestart() throws Exception {
    Path data = certified("registry", authority);
    try (TestNode registry = registry(data)) {
      registry.awaitUp(SOON);
      Path client = certified("client", authority);
      X509Certificate before = shownTo(client);

      NodeCertificate.take(
          data,
          authority.token("registry", YEAR, List.of(), Instant.now().plusSeconds(60)),
          Instant.now());

      Eventually.isTrue("another is shown", SOON, () -> !shownTo(client).equals(before));
      assertThat(registry.host().isUp()).isTrue();
    }
  }

  @Test
  void aMachineWhoseIdALivingMemberHasIsNotLetIn() throws Exception {
    MachineId machine = new MachineId("a1b2c3");
    try (TestNode registry = registry(data("registry"));
        TestNode model = machine(machine, data("model"))) {
      model.awaitUp(SOON);
      Eventually.isTrue("two members", SOON, () -> registry.membersUp() == 2);
      watch(registry);

      try (TestNode copy = machine(machine, data("copy"))) {
        Eventually.isTrue("it is told", SOON, () -> !refused.isEmpty());
        assertThat(copy.host().isUp()).isFalse();
      }

      assertThat(refused.get(0).reason())
          .contains("machine a1b2c3 is a member of this fleet already")
          .contains("node.json");
      assertThat(model.host().isUp()).isTrue();
    }
  }

  @Test
  void anotherProtocolIsRefusedInBothDirectionsWithASentence() throws Exception {
    try (TestNode registry = registry(data("registry"))) {
      registry.awaitUp(SOON);
      watch(registry);

      for (int protocol : List.of(0, 2)) {
        Greeting greeting = new Greeting(protocol, "remuda", Optional.empty());
        assertThat(
                new Knock(greeting, Optional.empty(), Duration.ofSeconds(20)).ask(contacts.get(0)))
            .hasValueSatisfying(
                why ->
                    assertThat(why)
                        .contains("speaks protocol " + protocol + " and this fleet protocol 1"));
      }

      Eventually.isTrue("it is told", SOON, () -> !refused.isEmpty());
    }
  }

  @Test
  void aNodeOfAnotherClusterIsToldHere() throws Exception {
    try (TestNode registry = registry(data("registry"))) {
      registry.awaitUp(SOON);
      watch(registry);
      try (TestNode foreign = model(data("other"), Map.of("remuda.cluster.name", "another"))) {
        Eventually.isTrue("it is told", SOON, () -> !refused.isEmpty());
        assertThat(foreign.host().isUp()).isFalse();
      }
      assertThat(refused.get(0).reason()).contains("of the cluster 'another', this node of");
    }
  }

  /** Its former cluster system is a member for as long as the fleet cannot see that it is gone. */
  @Test
  void aMachineThatMeetsItselfIsNotToldOfAsACopy() throws Exception {
    MachineId id = new MachineId("a1b2c3");
    Set<String> roles = Set.of(Keys.roleOf(id), Keys.roleOfLife("abcdef01"));
    HostPort there = TestNode.contacts(1).get(0);
    try (TestNode registry = registry(data("registry"));
        TestNode model =
            TestNode.start(
                roles,
                there,
                contacts.subList(0, 1),
                Map.of("remuda.node.data", data("model").toString()))) {
      model.awaitUp(SOON);
      Eventually.isTrue("two members", SOON, () -> registry.membersUp() == 2);
      watch(registry);

      long begun = System.nanoTime();
      while (System.nanoTime() - begun < TWIN_PATIENCE.multipliedBy(2).toNanos()) {
        assertThat(asks(id, "abcdef01")).contains("is a member of this fleet already");
      }
      assertThat(refused).isEmpty();

      Eventually.isTrue(
          "another process is told of",
          SOON,
          () -> !asks(id, "abcdef02").isEmpty() && !refused.isEmpty());
    }
  }

  private String asks(MachineId machine, String life) {
    Greeting greeting = new Greeting(1, "remuda", Optional.of(machine), Optional.of(life));
    return new Knock(greeting, Optional.empty(), SOON).ask(contacts.get(0)).orElse("");
  }

  private void watch(TestNode node) {
    var listener =
        node.system()
            .systemActorOf(
                Behaviors.receive(PeerRefused.class)
                    .onAnyMessage(
                        peer -> {
                          refused.add(peer);
                          return Behaviors.same();
                        })
                    .build(),
                "refusals",
                Props.empty());
    node.system().eventStream().tell(new EventStream.Subscribe<>(PeerRefused.class, listener));
  }

  private TestNode registry(Path data) {
    return TestNode.start(
        "registry",
        contacts.get(0),
        contacts.subList(0, 1),
        Map.of(
            "remuda.cluster.form",
            true,
            "remuda.node.data",
            data.toString(),
            "remuda.cluster.twin-patience",
            TWIN_PATIENCE.toMillis() + "ms",
            "remuda.cluster.tls-look-interval",
            "100ms"));
  }

  private TestNode model(Path data, Map<String, ?> more) {
    Map<String, Object> all = new java.util.HashMap<>(more);
    all.put("remuda.node.data", data.toString());
    return TestNode.start("model", contacts.get(1), contacts.subList(0, 1), all);
  }

  private TestNode machine(MachineId id, Path data) {
    return TestNode.start(
        Keys.roleOf(id),
        TestNode.contacts(1).get(0),
        contacts.subList(0, 1),
        Map.of("remuda.node.data", data.toString()));
  }

  private Knock knock(Path data) {
    Config config = TestNode.config(Map.of());
    return new Knock(
        new Greeting(1, "remuda", Optional.empty()),
        FleetTls.find(data, config),
        Duration.ofSeconds(20));
  }

  private X509Certificate shownTo(Path client) throws Exception {
    FleetTls tls = FleetTls.find(client, TestNode.config(Map.of())).orElseThrow();
    HostPort contact = contacts.get(0);
    try (SSLSocket socket =
        (SSLSocket)
            tls.lastingContext().getSocketFactory().createSocket(contact.host(), contact.port())) {
      socket.setSoTimeout(20_000);
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private Path certified(String name, CertificateAuthority by) throws Exception {
    Path data = data(name);
    NodeCertificate.take(data, by.token(name, YEAR, List.of(), Instant.now()), Instant.now());
    return data;
  }

  private Path data(String name) throws Exception {
    return Files.createDirectories(folder.resolve(name));
  }
}
