package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.javadsl.Behaviors;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.testing.Eventually;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which questions are asked of the next owner when a registry node goes, and which never are. */
class SentOnceTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ModelName NAME = new ModelName("some");

  private ScriptedFleet registry;

  @BeforeEach
  void start() throws Exception {
    registry = ScriptedFleet.start(Behaviors.empty());
    FleetClient client = new FleetClient(LIMIT, ForkJoinPool.commonPool());
    client.link().attach(registry.system());
    // Each kind of entity is there in its own time; what is asked before is refused at once.
    Eventually.passes(
        "the registry answers",
        LIMIT,
        () -> {
          answered(client.explain(NAME));
          answered(client.machine(ScriptedFleet.MACHINE));
          answered(new KeyClient(client).all());
        });
  }

  /** A young registry may lose its first message: it is asked again soon. */
  private static void answered(CompletionStage<?> asked) throws Exception {
    asked.toCompletableFuture().get(3, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    registry.close();
  }

  /** Heard again after what somebody else wanted since, it would undo that. */
  @Test
  void whatChangesADeploymentOrAMachineIsSentOnce() {
    ModelSpec spec = ModelSpec.of(NAME, "jvm", Optional.empty());
    LabelChange labels = new LabelChange(Map.of("zone", "b"), Set.of());

    assertThat(isAskedAgain(fleet -> fleet.deploy(spec, Optional.empty(), false))).isFalse();
    assertThat(isAskedAgain(fleet -> fleet.scale(NAME, 5))).isFalse();
    assertThat(isAskedAgain(fleet -> fleet.remove(NAME))).isFalse();
    assertThat(isAskedAgain(fleet -> fleet.cordon(ScriptedFleet.MACHINE))).isFalse();
    assertThat(isAskedAgain(fleet -> fleet.uncordon(ScriptedFleet.MACHINE))).isFalse();
    assertThat(isAskedAgain(fleet -> fleet.drain(ScriptedFleet.MACHINE, false))).isFalse();
    assertThat(isAskedAgain(fleet -> fleet.label(ScriptedFleet.MACHINE, labels))).isFalse();
  }

  @Test
  void whatChangesNothingIsAskedAgain() {
    assertThat(isAskedAgain(fleet -> fleet.get(NAME))).isTrue();
    assertThat(isAskedAgain(fleet -> fleet.explain(NAME))).isTrue();
    assertThat(isAskedAgain(fleet -> fleet.machine(ScriptedFleet.MACHINE))).isTrue();
    assertThat(isAskedAgain(fleet -> new KeyClient(fleet).all())).isTrue();
  }

  /** An id is made once, and what is revoked stays so. */
  @Test
  void whatIsDecidedOnceForAKeyIsAskedAgain() {
    ApiKey key =
        new KeyMint(ApiFixture.CLUSTER_KEY, new SecureRandom())
            .mint("test", Set.of(), Set.of(), Instant.now(), Optional.empty())
            .key();

    assertThat(isAskedAgain(fleet -> new KeyClient(fleet).create(key))).isTrue();
    assertThat(isAskedAgain(fleet -> new KeyClient(fleet).revoke(key.id()))).isTrue();
  }

  /** Whether it would be put to the next owner, too. */
  private boolean isAskedAgain(Function<FleetClient, CompletionStage<?>> question) {
    AtomicInteger again = new AtomicInteger();
    AtomicInteger once = new AtomicInteger();
    OwnerQuestion counting =
        new OwnerQuestion(LIMIT, LIMIT, ForkJoinPool.commonPool()) {
          @Override
          <R> CompletionStage<R> again(
              Supplier<? extends Set<?>> registries, Function<Duration, CompletionStage<R>> asked) {
            again.incrementAndGet();
            return super.again(registries, asked);
          }

          @Override
          <R> CompletionStage<R> once(
              Supplier<? extends Set<?>> registries, Function<Duration, CompletionStage<R>> asked) {
            once.incrementAndGet();
            return super.once(registries, asked);
          }
        };
    RegistryLink link = new RegistryLink(LIMIT, ForkJoinPool.commonPool(), counting);
    link.attach(registry.system());
    var unused = question.apply(new FleetClient(link));
    assertThat(again.get() + once.get()).as("it is asked one way or the other").isPositive();
    return again.get() > 0;
  }
}
