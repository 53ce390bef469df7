package io.remuda.protocol.limit;

import io.remuda.protocol.AllowanceProtocol.Part;
import io.remuda.protocol.AllowanceProtocol.Portion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/** Several gateways and the owner of one key's limits, in a time that is made up. */
final class Fleet {

  static final Purse.Times TIMES = new Purse.Times(50, 500, 1_000, 3_000);
  private static final long LIFE = 3_000;
  private static final long LISTEN = 1_000;

  final Limits limits;
  final List<Gateway> gateways = new ArrayList<>();
  final List<Taken> taken = new ArrayList<>();
  private final Random random;
  private final PriorityQueue<Message> underWay =
      new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
  private Allowance requests = new Allowance(LIFE, 0, LISTEN);
  private Allowance tokens = new Allowance(LIFE, 0, LISTEN);
  private String owner = "owner-0";
  private boolean away;
  double lost;
  long now;

  /** A request that was let in. */
  record Taken(long at, int gateway, long tokens) {}

  private record Message(long at, Runnable does) {}

  /** One gateway; after a death another one stands in its place. */
  final class Gateway {
    private final int place;
    private String name;
    Purse purse = new Purse(TIMES);
    int refused;

    Gateway(int place) {
      this.place = place;
      this.name = "gateway-" + place;
    }

    boolean request(long estimated) {
      Purse.Verdict verdict = purse.take(now, limits, estimated);
      if (verdict.tooMany().isPresent()) {
        refused++;
        return false;
      }
      taken.add(new Taken(now, place, estimated));
      return true;
    }

    void dies() {
      name = name + "'";
      purse = new Purse(TIMES);
    }

    private void turn() {
      if (!purse.isDue(now)) {
        return;
      }
      Purse.Question question = purse.ask(now);
      String asks = name;
      Purse mine = purse;
      send(() -> owned(asks, question).ifPresent(told -> send(() -> mine.answered(now, told))));
    }
  }

  Fleet(int size, Limits limits, long seed) {
    this.limits = limits;
    this.random = new Random(seed);
    for (int place = 0; place < size; place++) {
      gateways.add(new Gateway(place));
    }
  }

  /** Time goes on by a few milliseconds, and all that was due happens. */
  void step(long millis) {
    now += millis;
    while (!underWay.isEmpty() && underWay.peek().at <= now) {
      underWay.remove().does.run();
    }
    gateways.forEach(Gateway::turn);
  }

  void moves() {
    requests = new Allowance(LIFE, now, LISTEN);
    tokens = new Allowance(LIFE, now, LISTEN);
    owner = owner + "'";
  }

  void away(boolean isAway) {
    away = isAway;
  }

  private Optional<Portion> owned(String gateway, Purse.Question question) {
    if (away) {
      return Optional.empty();
    }
    if (!question.owner().isEmpty() && !question.owner().equals(owner)) {
      requests.moved();
      tokens.moved();
    }
    Part ofRequests = requests.ask(now, gateway, limits.requestsPerMinute(), question.requests());
    Part ofTokens = tokens.ask(now, gateway, limits.tokensPerMinute(), question.tokens());
    return Optional.of(
        new Portion(question.number(), owner, ofRequests, ofTokens, LIFE, requests.active(now)));
  }

  private void send(Runnable message) {
    if (random.nextDouble() >= lost) {
      underWay.add(new Message(now + 1 + random.nextInt(40), message));
    }
  }

  /** The most requests in any minute. */
  long busiestMinute() {
    return busiest(each -> 1);
  }

  long busiestMinuteInTokens() {
    return busiest(Taken::tokens);
  }

  private long busiest(java.util.function.ToLongFunction<Taken> amount) {
    long most = 0;
    long sum = 0;
    int first = 0;
    for (Taken each : taken) {
      sum += amount.applyAsLong(each);
      while (taken.get(first).at() <= each.at() - 60_000) {
        sum -= amount.applyAsLong(taken.get(first));
        first++;
      }
      most = Math.max(most, sum);
    }
    return most;
  }
}
