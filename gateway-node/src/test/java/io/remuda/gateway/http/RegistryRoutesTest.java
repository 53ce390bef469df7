package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.StandingProtocol;
import io.remuda.protocol.StandingProtocol.ClockOff;
import io.remuda.protocol.StandingProtocol.Standing;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The registry nodes, as operators see them. */
class RegistryRoutesTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private ApiFixture api;

  @BeforeEach
  void start() throws Exception {
    api = ApiFixture.open();
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  @Test
  void aNodeThatSaysNothingOfItselfIsListedAsSuch() throws Exception {
    JsonNode node = onlyNode();

    assertThat(node.path("status").asText()).isEqualTo("up");
    assertThat(node.path("reachable").asBoolean()).isTrue();
    assertThat(node.path("leads").asBoolean()).isTrue();
    assertThat(node.path("ready").asBoolean()).isFalse();
    assertThat(node.path("reason").asText()).isEqualTo("it does not answer this gateway");
    assertThat(node.path("keysBroken").isNull()).isTrue();
    assertThat(node.path("names").isNull()).isTrue();
  }

  @Test
  void aNodeSaysWhyItTakesNoChangesAndWhoseClockIsOff() {
    api.registry.runs(
        voice(
            new Standing(
                Optional.of("the journal's database does not answer: timed out"),
                Optional.of("the journal of the API keys cannot be read"),
                Optional.of(new JournalId("0123456789abcdef")),
                OptionalInt.of(12),
                List.of(
                    new ClockOff(
                        "10.0.0.5:2551",
                        Optional.of(ScriptedFleet.MACHINE),
                        List.of("model"),
                        Duration.ofHours(1))))));

    Eventually.passes(
        "its word is found",
        SOON,
        () -> {
          JsonNode node = onlyNode();
          assertThat(node.path("ready").asBoolean()).isFalse();
          assertThat(node.path("reason").asText()).contains("database does not answer");
          assertThat(node.path("keysBroken").asText()).contains("API keys cannot be read");
          assertThat(node.path("journal").asText()).isEqualTo("0123456789abcdef");
          assertThat(node.path("names").asInt()).isEqualTo(12);
          JsonNode off = node.path("clocksOff").path(0);
          assertThat(off.path("node").asText()).isEqualTo("10.0.0.5:2551");
          assertThat(off.path("machine").asText()).isEqualTo(ScriptedFleet.MACHINE.value());
          assertThat(off.path("roles").path(0).asText()).isEqualTo("model");
          assertThat(off.path("aheadMillis").asLong()).isEqualTo(3_600_000);
        });
  }

  private JsonNode onlyNode() throws Exception {
    JsonNode nodes = api.get("/v1/registry").json().path("data");
    assertThat(nodes).hasSize(1);
    return nodes.get(0);
  }

  private static Behavior<Void> voice(Standing standing) {
    return Behaviors.setup(
        context -> {
          var voice =
              context.spawnAnonymous(
                  Behaviors.receive(StandingProtocol.Command.class)
                      .onMessage(
                          StandingProtocol.Describe.class,
                          wish -> {
                            wish.replyTo().tell(standing);
                            return Behaviors.same();
                          })
                      .build());
          context
              .getSystem()
              .receptionist()
              .tell(Receptionist.register(StandingProtocol.KEY, voice));
          return Behaviors.empty();
        });
  }
}
