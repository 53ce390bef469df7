package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A registry node that may form a cluster does so when it is given the turn, and not before. */
class FormingTurnTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void waitsForItsTurn() {
    List<HostPort> contacts = TestNode.contacts(2);
    List<HostPort> asked = new CopyOnWriteArrayList<>();
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    // Not its turn, then no answer from the one who knows, then its turn.
    Supplier<CompletionStage<Boolean>> answer =
        () ->
            asked.size() == 1
                ? CompletableFuture.completedFuture(false)
                : asked.size() == 2
                    ? CompletableFuture.failedFuture(new IllegalStateException("away"))
                    : mine;
    Config config = TestNode.config(Map.of("remuda.cluster.form", true));
    ClusterHost host =
        ClusterHost.startOnce(
            NodeSettings.from(config)
                .withRoles(Set.of("registry"))
                .withBind(contacts.get(0))
                .withSeeds(contacts),
            config,
            Behaviors::empty,
            new FormingTurn(
                contact -> {
                  asked.add(contact);
                  return answer.get();
                }),
            () -> {});
    try {
      Eventually.isTrue("it is asked for again", SOON, () -> asked.size() == 3);
      assertThat(host.isUp()).isFalse();
      assertThat(asked).containsOnly(contacts.get(0));

      mine.complete(true);

      Eventually.isTrue("it forms the cluster", SOON, host::isUp);
    } finally {
      host.close()
          .toCompletableFuture()
          .orTimeout(30, java.util.concurrent.TimeUnit.SECONDS)
          .join();
    }
  }
}
