package io.remuda.gateway.usage;

import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.edge.Sender;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.limit.Limits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the limits of keys and tenants on this gateway, from what it was given ahead, and notes
 * what they use. Whoever has both limits needs both: the key's own and the tenant's. It asks nobody
 * itself; {@link UsageVoice} does, beside the requests.
 */
public final class Meter implements Metering {

  private static final Logger log = LoggerFactory.getLogger(Meter.class);

  private static final long BYTES_OF_A_TOKEN = 4;
  private static final long SECONDS_OF_AN_HOUR = 3_600;

  /** The database takes no longer one. */
  private static final int LONGEST_KEY = 200;

  /** What was taken longer ago counts no more. */
  private static final long MINUTE_MILLIS = 60_000;

  private final Supplier<AccessTable> access;
  private final MeterSettings settings;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final LimitCheck check;
  private final long began;
  private final UsageBook book;
  private final Accounts accounts;
  private final AtomicBoolean losing = new AtomicBoolean();
  private final AtomicBoolean wantsBudgets = new AtomicBoolean();
  private volatile Runnable hurry = () -> {};

  /**
   * @param access keys and tenants with their limits, as published
   * @param nanos of a clock that does not go back
   */
  public Meter(
      Supplier<AccessTable> access,
      MeterSettings settings,
      InstantSource clock,
      LongSupplier nanos) {
    this(access, settings, clock, nanos, new KamonLimitMetrics());
  }

  Meter(
      Supplier<AccessTable> access,
      MeterSettings settings,
      InstantSource clock,
      LongSupplier nanos,
      LimitMetrics metrics) {
    this.access = access;
    this.settings = settings;
    this.clock = clock;
    this.nanos = nanos;
    this.check = new LimitCheck(clock, metrics);
    this.began = nanos.getAsLong();
    this.book = new UsageBook(settings.mostLines());
    this.accounts = new Accounts(settings.asking());
  }

  /** Told when somebody needs more of its limits at once. */
  void onShort(Runnable told) {
    hurry = told;
  }

  /**
   * What a request took under an account's limits of then, and holds of its budget until it ends.
   */
  private record Charge(Account account, Limits limits, long held) {}

  /** What was taken of each account, or why nothing was. */
  private record Taking(List<Charge> charges, Optional<Admission> refusal) {}

  @Override
  public Admission admit(Sender sender, Wish wish) {
    long now = now();
    long estimated = estimate(wish);
    Taking taking = take(sender, now, estimated);
    return taking
        .refusal()
        .orElseGet(
            () ->
                new Admission(
                    Optional.empty(),
                    Duration.ZERO,
                    headers(taking.charges(), now),
                    (model, failed, tokens) ->
                        over(
                            line(sender.key(), sender.tenant().orElse(""), model, failed, tokens),
                            taking.charges(),
                            now,
                            estimated)));
  }

  @Override
  public Admission admitTask(Sender sender, Wish wish) {
    long now = now();
    long estimated = estimate(wish);
    Taking taking = take(sender, now, estimated);
    // Nobody here sees its end: of a budget it holds nothing until what it used is told.
    taking.charges().forEach(charge -> charge.account().ended(charge.held()));
    return taking
        .refusal()
        .orElseGet(
            () ->
                new Admission(
                    Optional.empty(),
                    Duration.ZERO,
                    headers(taking.charges(), now),
                    new TaskTicket(taking.charges(), now, estimated)));
  }

  /** What a task took of its minute: nobody here counts what it used. */
  private final class TaskTicket implements Ticket {
    private final List<Charge> charges;
    private final long takenAt;
    private final long estimated;
    private final AtomicBoolean back = new AtomicBoolean();

    TaskTicket(List<Charge> charges, long takenAt, long estimated) {
      this.charges = List.copyOf(charges);
      this.takenAt = takenAt;
      this.estimated = estimated;
    }

    @Override
    public void over(String model, boolean failed, Taken taken) {}

    @Override
    public void giveBack() {
      long now = now();
      if (back.compareAndSet(false, true) && now - takenAt < MINUTE_MILLIS) {
        charges.forEach(
            charge -> charge.account().purse().giveBack(now, charge.limits(), estimated));
      }
    }
  }

  private Taking take(Sender sender, long now, long estimated) {
    List<LimitHolder> holders = LimitHolder.of(access.get(), sender);
    List<Charge> taken = new ArrayList<>(holders.size());
    for (LimitHolder holder : holders) {
      Account account = accounts.of(holder, now);
      Optional<Admission> refusal = check.refusal(account, holder, now, estimated);
      if (refusal.isPresent()) {
        taken.forEach(before -> giveBack(before, now, estimated));
        hurryIfShort(now, account);
        return new Taking(List.of(), refusal);
      }
      taken.add(new Charge(account, holder.limits(), account.begins(clock.instant(), estimated)));
    }
    taken.forEach(charge -> hurryIfShort(now, charge.account()));
    if (taken.stream().map(Charge::account).anyMatch(Account::isFirstOfBudget)) {
      wantsBudgets.set(true);
      hurry.run();
    }
    return new Taking(taken, Optional.empty());
  }

  @Override
  public boolean asksEngines() {
    return settings.askEngines();
  }

  private static void giveBack(Charge charge, long now, long estimated) {
    Account account = charge.account();
    account.purse().giveBack(now, charge.limits(), estimated);
    account.ended(charge.held());
  }

  /** Of the first limits that there are: of the key's, where it has any. */
  private static List<Map.Entry<String, String>> headers(List<Charge> taken, long now) {
    return taken.stream()
        .map(Charge::account)
        .filter(account -> account.limits().hasRates())
        .findFirst()
        .map(account -> LimitHeaders.of(account.purse(), account.limits(), now))
        .orElse(List.of());
  }

  private void hurryIfShort(long now, Account account) {
    if (account.limits().hasRates() && account.purse().isDue(now)) {
      hurry.run();
    }
  }

  private long estimate(Wish wish) {
    if (!wish.tokens()) {
      return 0;
    }
    long answer = wish.answerTokens() < 0 ? settings.assumedAnswer() : wish.answerTokens();
    return Math.max(1, wish.bodyBytes() / BYTES_OF_A_TOKEN + answer);
  }

  private Line line(String key, String tenant, String model, boolean failed, Taken taken) {
    return new Line(
        clock.instant().getEpochSecond() / SECONDS_OF_AN_HOUR,
        key.length() > LONGEST_KEY ? key.substring(0, LONGEST_KEY) : key,
        tenant,
        model,
        new Count(
            1,
            failed ? 1 : 0,
            taken.told() ? 0 : 1,
            taken.promptTokens(),
            taken.completionTokens(),
            taken.cachedTokens()));
  }

  private void over(Line line, List<Charge> taken, long takenAt, long estimated) {
    long tokens = line.count().tokens();
    boolean noted = book.add(line);
    if (noted) {
      losing.set(false);
    } else if (losing.compareAndSet(false, true)) {
      log.warn(
          "event=usage-not-counted lines={} text=\"the registry takes nothing in; what further keys"
              + " and models are used for is lost until it does\"",
          settings.mostLines());
    }
    for (Charge charge : taken) {
      Account account = charge.account();
      account.purse().settle(now(), takenAt, account.limits(), estimated, tokens);
      account.ended(charge.held());
      if (noted) {
        // What is lost is never handed in, and nothing would take it off a budget again.
        account.noted(line.hour(), tokens);
      }
    }
  }

  long now() {
    return (nanos.getAsLong() - began) / 1_000_000;
  }

  UsageBook book() {
    return book;
  }

  /** Accounts whose limits are shared with other gateways. */
  Accounts accounts() {
    return accounts;
  }

  /** Whether a budget came into use of which nothing is known; told once. */
  boolean takeWantsBudgets() {
    return wantsBudgets.getAndSet(false);
  }

  /** A part is in the registry's database, or only the budgets were asked for. */
  void handedIn(HandedIn answer) {
    book.handedIn(answer.number()).ifPresent(there -> there.lines().forEach(accounts::sent));
    accounts.told(now(), answer.spent());
  }
}
