package io.remuda.node.self;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Register;
import io.remuda.protocol.RegistryProtocol.Registered;
import io.remuda.protocol.RegistryProtocol.Unregister;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelfRegistrationTest {

  private static final MachineId MACHINE = new MachineId("m1");
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration AGAIN = Duration.ofSeconds(30);
  private static final Duration QUIET = Duration.ofMillis(200);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<RegistryProtocol.Command> registry =
      kit.createTestProbe(RegistryProtocol.Command.class);
  private final AtomicLong nanos = new AtomicLong();
  private volatile List<ModelSpec> models = List.of(spec("one", "f1"));
  private volatile boolean unreadable;
  private volatile boolean answerHeard;
  private volatile List<String> earlierHeard = List.of();

  @BeforeEach
  void start() {
    kit.spawn(
        SelfRegistration.create(
            MACHINE,
            new Own(),
            Runnable::run,
            new SelfRegistration.Pace(LOOK, AGAIN),
            (name, message) -> registry.getRef().tell(message),
            nanos::get));
  }

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  @Test
  void saysAtOnceWhatItHasAndUntilItIsAnswered() {
    Register first = register();
    Register second = register();

    assertThat(first.spec()).isEqualTo(spec("one", "f1"));
    assertThat(first.machine()).isEqualTo(MACHINE);
    answer(second, Optional.empty());
    settle();
    registry.expectNoMessage(QUIET);
  }

  @Test
  void passesOnWhichSchemasItsOwnTookThePlaceOf() {
    Register said = register();
    said.replyTo()
        .tell(new Registered(said.spec().name(), MACHINE, Optional.empty(), List.of("f0")));
    settle();

    assertThat(earlierHeard).containsExactly("f0");
  }

  @Test
  void saysItAgainAfterAWhileThoughNothingHasChanged() {
    answer(register(), Optional.empty());
    settle();

    nanos.addAndGet(AGAIN.toNanos());

    assertThat(register().spec()).isEqualTo(spec("one", "f1"));
  }

  @Test
  void saysAChangeAtOnce() {
    answer(register(), Optional.empty());
    settle();

    models = List.of(spec("one", "f2"), spec("two", "f3"));

    assertThat(List.of(register().spec(), register().spec()))
        .containsExactly(spec("one", "f2"), spec("two", "f3"));
  }

  @Test
  void takesBackWhatIsGone() {
    answer(register(), Optional.empty());
    settle();

    models = List.of();

    Unregister gone = registry.expectMessageClass(Unregister.class);
    assertThat(gone.name()).isEqualTo(new ModelName("one"));
    registry.expectNoMessage(QUIET);
  }

  @Test
  void aFolderThatCannotBeReadTakesNothingBack() {
    answer(register(), Optional.empty());
    settle();

    unreadable = true;

    registry.expectNoMessage(QUIET);
  }

  @Test
  void aRefusalIsAnAnswerAndTheModelIsOfferedAgainLater() {
    Refused refused = Refused.of(ErrorCode.SCHEMA_CONFLICT, "t.In.text is string, not bytes");
    answer(register(), Optional.of(refused));
    settle();
    registry.expectNoMessage(QUIET);

    nanos.addAndGet(AGAIN.toNanos());

    assertThat(register().spec()).isEqualTo(spec("one", "f1"));
  }

  /** What the machine has, as the test wants it. */
  private final class Own implements OwnModels {
    @Override
    public List<ModelSpec> look() {
      if (unreadable) {
        throw new IllegalStateException("the disk is away");
      }
      return models;
    }

    @Override
    public void answered(ModelSpec spec, Optional<Refused> refused, List<String> earlier) {
      earlierHeard = earlier;
      answerHeard = true;
    }
  }

  private Register register() {
    return registry.expectMessageClass(Register.class);
  }

  private static void answer(Register said, Optional<Refused> refused) {
    ActorRef<Registered> to = said.replyTo();
    to.tell(new Registered(said.spec().name(), MACHINE, refused, List.of()));
  }

  /** What was said before the answer was heard has been read; nothing more comes by itself. */
  private void settle() {
    Eventually.isTrue("the answer is heard", LIMIT, () -> answerHeard);
    Unregister mark = new Unregister(new ModelName("mark"), MACHINE, "all before it was read");
    registry.getRef().tell(mark);
    Eventually.isTrue("all is read", LIMIT, () -> registry.receiveMessage(LIMIT).equals(mark));
  }

  private static ModelSpec spec(String name, String fingerprint) {
    return ModelSpec.of(new ModelName(name), "jar", Optional.of(name + ".jar"))
        .withSchema(new Schema(fingerprint, "t.In", "t.Out", "AA=="));
  }
}
