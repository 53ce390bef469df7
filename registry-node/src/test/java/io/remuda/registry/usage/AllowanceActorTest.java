package io.remuda.registry.usage;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.BehaviorTestKit;
import akka.actor.testkit.typed.javadsl.TestInbox;
import io.remuda.protocol.AllowanceProtocol.Ask;
import io.remuda.protocol.AllowanceProtocol.Command;
import io.remuda.protocol.AllowanceProtocol.Portion;
import io.remuda.protocol.AllowanceProtocol.Used;
import io.remuda.protocol.limit.Limits;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AllowanceActorTest {

  private static final Used NOTHING = new Used(0, 0, 0, 0, 1);

  private final AtomicLong nanos = new AtomicLong();
  private final BehaviorTestKit<Command> actor =
      BehaviorTestKit.create(
          AllowanceActor.create(
              new AllowanceTimes(Duration.ofSeconds(3), Duration.ofSeconds(1)),
              nanos::get,
              self -> {}));

  private Portion ask(String gateway, long number, String owner, Used requests) {
    TestInbox<Portion> inbox = TestInbox.create();
    actor.run(
        new Ask(
            gateway, number, owner, new Limits(100, 0, 0, 0), requests, NOTHING, inbox.getRef()));
    return inbox.receiveMessage();
  }

  @Test
  void givesOutPortionsThatTogetherAreNoMoreThanTheLimit() {
    Portion first = ask("g1", 1, "", new Used(1, 1, 0, 100, 1));
    Portion second = ask("g2", 1, "", new Used(1, 1, 0, 100, 1));

    assertThat(first.number()).isEqualTo(1);
    assertThat(first.lifeMillis()).isEqualTo(3_000);
    assertThat(second.gateways()).isEqualTo(2);
    assertThat(first.requests().granted() + second.requests().granted()).isBetween(80L, 98L);
    assertThat(second.requests().left())
        .isEqualTo(98 - first.requests().granted() - second.requests().granted());
  }

  @Test
  void aQuestionThatIsHeardTwiceTakesNothingMore() {
    Portion first = ask("g1", 1, "", new Used(5, 5, 0, 100, 1));
    Portion again = ask("g1", 1, "", new Used(5, 5, 0, 100, 1));

    assertThat(again).isEqualTo(first);
  }

  @Test
  void anotherOwnersGatewaysGetAQuarterUntilAllAreHeard() {
    Portion early = ask("g1", 9, "somebody-else", new Used(500, 40, 0, 100, 1));
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    Portion later = ask("g1", 10, early.owner(), new Used(500, 40, 0, 100, 1));

    assertThat(early.requests().granted()).isEqualTo(25);
    assertThat(later.requests().granted()).isEqualTo(45);
  }
}
