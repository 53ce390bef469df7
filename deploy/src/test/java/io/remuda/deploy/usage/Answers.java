package io.remuda.deploy.usage;

import io.remuda.deploy.usage.MeteredFleet.Key;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What came of requests that both gateways of a fleet were sent at the same time. */
record Answers(List<HttpResponse<String>> all) {

  /** So long it is tried to use a limit up: nothing of it is free again before a minute is over. */
  private static final Duration TRYING = Duration.ofSeconds(30);

  private static final int AT_ONCE = 3;
  private static final int ROUNDS_BEYOND = 20;

  Answers {
    all = List.copyOf(all);
  }

  /**
   * Asks for a chat until so many were let in, and for some rounds more.
   *
   * @param keys of the first gateway and of the second
   */
  static Answers beyond(MeteredFleet fleet, List<Key> keys, String body, int least) {
    List<HttpResponse<String>> answers = new ArrayList<>();
    long end = System.nanoTime() + TRYING.toNanos();
    while (new Answers(answers).letIn() < least && System.nanoTime() - end < 0) {
      answers.addAll(round(fleet, keys, body));
    }
    for (int i = 0; i < ROUNDS_BEYOND; i++) {
      answers.addAll(round(fleet, keys, body));
    }
    return new Answers(answers);
  }

  private static List<HttpResponse<String>> round(MeteredFleet fleet, List<Key> keys, String body) {
    List<CompletableFuture<HttpResponse<String>>> round = new ArrayList<>();
    for (int i = 0; i < AT_ONCE * keys.size(); i++) {
      int place = i % keys.size();
      round.add(
          fleet.ask(fleet.gateways().get(place), keys.get(place), "/v1/chat/completions", body));
    }
    return round.stream().map(CompletableFuture::join).toList();
  }

  int letIn() {
    return all.size() - refused().size();
  }

  int letIn(String gateway) {
    return new Answers(
            all.stream().filter(each -> each.uri().toString().startsWith(gateway + "/")).toList())
        .letIn();
  }

  List<HttpResponse<String>> refused() {
    return all.stream().filter(answer -> answer.statusCode() != 200).toList();
  }
}
