package io.remuda.gateway.usage;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.AllowanceProtocol.Ask;
import io.remuda.protocol.AllowanceProtocol.Portion;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.UsageProtocol.Spent;
import io.remuda.protocol.limit.Allowance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A registry in memory that adds each part once, and whose answers may get lost. */
public final class FakeRegistry implements UsageVoice.Registry {

  private final Map<String, Allowance> requests = new HashMap<>();
  private final Map<String, Allowance> tokens = new HashMap<>();
  private final Map<String, Long> numbers = new HashMap<>();
  private final List<Line> lines = new ArrayList<>();
  private Optional<Spent> spent = Optional.empty();
  private boolean away;
  private boolean losesAnswers;
  private final List<HandIn> parts = new ArrayList<>();
  private Optional<CompletableFuture<Boolean>> slow = Optional.empty();
  private int handIns;

  public synchronized void away(boolean isAway) {
    away = isAway;
  }

  public synchronized void losesAnswers(boolean loses) {
    losesAnswers = loses;
  }

  /** What it takes in from now on is answered when the result is completed. */
  synchronized CompletableFuture<Boolean> slow() {
    CompletableFuture<Boolean> go = new CompletableFuture<>();
    slow = Optional.of(go);
    return go;
  }

  /** All that it was told, in this order. */
  public synchronized List<HandIn> parts() {
    return List.copyOf(parts);
  }

  /** What it says of budgets. */
  public synchronized void spent(Spent told) {
    spent = Optional.of(told);
  }

  synchronized int handIns() {
    return handIns;
  }

  /** All that was handed in, of a key and a model. */
  public synchronized Count of(String key, String model) {
    return lines.stream()
        .filter(line -> line.key().equals(key) && line.model().equals(model))
        .map(Line::count)
        .reduce(Count.NONE, Count::plus);
  }

  /** All that was handed in, of a tenant. */
  synchronized Count ofTenant(String tenant) {
    return lines.stream()
        .filter(line -> line.tenant().equals(tenant))
        .map(Line::count)
        .reduce(Count.NONE, Count::plus);
  }

  @Override
  public synchronized CompletionStage<Portion> allowance(
      String holder, Function<ActorRef<Portion>, Ask> question) {
    if (away) {
      return CompletableFuture.failedStage(new IllegalStateException("away"));
    }
    Ask ask = question.apply(nobody());
    long now = System.nanoTime() / 1_000_000;
    Allowance ofRequests =
        requests.computeIfAbsent(holder, name -> new Allowance(3_000, now, 1_000));
    Allowance ofTokens = tokens.computeIfAbsent(holder, name -> new Allowance(3_000, now, 1_000));
    return CompletableFuture.completedStage(
        new Portion(
            ask.number(),
            "owner",
            ofRequests.ask(now, ask.gateway(), ask.limits().requestsPerMinute(), ask.requests()),
            ofTokens.ask(now, ask.gateway(), ask.limits().tokensPerMinute(), ask.tokens()),
            3_000,
            1));
  }

  @Override
  public synchronized CompletionStage<HandedIn> handIn(Function<ActorRef<HandedIn>, HandIn> part) {
    handIns++;
    if (away) {
      return CompletableFuture.failedStage(new IllegalStateException("away"));
    }
    HandIn handed = part.apply(nobody());
    parts.add(handed);
    if (handed.number() > numbers.getOrDefault(handed.gateway(), 0L)) {
      numbers.put(handed.gateway(), handed.number());
      lines.addAll(handed.lines());
    }
    HandedIn answer =
        new HandedIn(
            handed.number(),
            spent.map(List::of).orElseGet(() -> nothing(handed)),
            Optional.empty());
    if (slow.isPresent()) {
      return slow.get().thenApply(go -> answer);
    }
    return losesAnswers
        ? CompletableFuture.failedStage(new IllegalStateException("lost"))
        : CompletableFuture.completedStage(answer);
  }

  private static List<Spent> nothing(HandIn handed) {
    return handed.budgets().stream().map(holder -> new Spent(holder, 0, 0, 0, 0)).toList();
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nobody() {
    return null;
  }
}
