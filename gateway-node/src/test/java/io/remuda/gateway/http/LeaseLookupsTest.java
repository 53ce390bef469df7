package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How much of the registry those get who ask for leases, and what they hear without one. */
class LeaseLookupsTest {

  private static final LeaseId FIRST = new LeaseId("ls-1");
  private static final LeaseId SECOND = new LeaseId("ls-2");

  private final List<LeaseId> asked = new ArrayList<>();
  private final List<CompletableFuture<Reply>> open = new ArrayList<>();

  @Test
  void howeverManyAskForALeaseItIsAskedForOnceAtATime() throws Exception {
    LeaseLookups lookups = new LeaseLookups(this::ask, with("look-limit = 60s"));

    CompletionStage<Reply> one = lookups.look(FIRST);
    CompletionStage<Reply> two = lookups.look(FIRST);
    lookups.look(SECOND);
    assertThat(asked).containsExactly(FIRST, SECOND);

    open.get(0).complete(Reply.of(lease(LeaseView.State.PENDING)));
    assertThat(now(one)).isEqualTo(now(two)).isEqualTo(Reply.of(lease(LeaseView.State.PENDING)));
    lookups.look(FIRST);
    assertThat(asked).as("an answer is not kept").containsExactly(FIRST, SECOND, FIRST);
  }

  @Test
  void onlySoManyAreLookedUpAtOneTime() throws Exception {
    LeaseLookups lookups = new LeaseLookups(this::ask, with("look-limit = 60s, lookups = 1"));

    lookups.look(FIRST);
    assertThat(code(lookups.look(SECOND))).isEqualTo(ErrorCode.OVERLOADED);
    open.get(0).complete(Reply.of(lease(LeaseView.State.READY)));
    lookups.look(SECOND);

    assertThat(asked).containsExactly(FIRST, SECOND);
  }

  @Test
  void whatIsNotAnsweredInTimeOrFailsIsARefusal() throws Exception {
    LeaseLookups impatient = new LeaseLookups(this::ask, with("look-limit = 1ms"));
    assertThat(code(impatient.look(FIRST))).isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE);

    LeaseLookups away =
        new LeaseLookups(
            lease -> Refusal.failed(Refused.of(ErrorCode.NOT_FOUND, "none")),
            with("look-limit = 60s"));
    assertThat(code(away.look(FIRST))).isEqualTo(ErrorCode.NOT_FOUND);
    LeaseLookups broken =
        new LeaseLookups(
            lease -> {
              throw new IllegalStateException("no system");
            },
            with("look-limit = 60s"));
    assertThat(code(broken.look(FIRST))).isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE);
    assertThat(code(broken.look(FIRST))).isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE);
  }

  @Test
  void onlySoManyClientsWaitForLeases() throws Exception {
    CompletableFuture<Done> nap = new CompletableFuture<>();
    // Else a slow look is a nap in itself, and the first one is over before the second comes.
    LeaseSettings one = with("waiting = 1, first-look = 1h, longest-look = 1h");
    LeaseWaiting waiting = new LeaseWaiting(one, length -> nap);
    Reply pending = Reply.of(lease(LeaseView.State.PENDING));
    Reply ready = Reply.of(lease(LeaseView.State.READY));
    List<Reply> said = new ArrayList<>(List.of(pending, ready));

    CompletionStage<Reply> first =
        waiting.whilePending(
            awaited -> CompletableFuture.completedStage(said.remove(0)), Duration.ofMinutes(1));
    CompletableFuture<Reply> second =
        waiting
            .whilePending(awaited -> CompletableFuture.completedStage(ready), Duration.ofMinutes(1))
            .toCompletableFuture();
    assertThat(second).isCompletedExceptionally();
    assertThat(
            now(
                waiting.whilePending(
                    awaited -> CompletableFuture.completedStage(pending), Duration.ZERO)))
        .as("who does not wait is answered")
        .isEqualTo(pending);

    nap.complete(Done.getInstance());
    assertThat(now(first)).isEqualTo(ready);
    assertThat(
            now(
                waiting.whilePending(
                    awaited -> CompletableFuture.completedStage(ready), Duration.ofMinutes(1))))
        .as("the place is free again")
        .isEqualTo(ready);
  }

  private CompletionStage<Reply> ask(LeaseId lease) {
    asked.add(lease);
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    open.add(answer);
    return answer;
  }

  private static ErrorCode code(CompletionStage<Reply> answer) throws Exception {
    return now(answer).refused().orElseThrow().code();
  }

  private static Reply now(CompletionStage<Reply> answer) throws Exception {
    return answer.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static LeaseSettings with(String leases) {
    return LeaseSettings.from(
        ConfigFactory.parseString("remuda.gateway.leases {" + leases + "}")
            .withFallback(ConfigFactory.load()));
  }

  private static LeaseView lease(LeaseView.State state) {
    return ScriptedLeases.view(
        FIRST,
        new Wish(
            "public",
            Set.of(new ModelName("chat")),
            true,
            Optional.empty(),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            Optional.empty()),
        state);
  }
}
