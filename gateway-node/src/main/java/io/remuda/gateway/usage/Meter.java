package io.remuda.gateway.usage;

import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.edge.Sender;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.UsageProtocol.Spent;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.Purse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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

  /** What is under way may leave some of a budget so soon. */
  private static final Duration UNDER_WAY = Duration.ofSeconds(1);

  /** The database takes no longer one. */
  private static final int LONGEST_KEY = 200;

  /** What was taken longer ago counts no more. */
  private static final long MINUTE_MILLIS = 60_000;

  /** An account that nobody used for so long is forgotten, once it is idle. */
  private static final long FORGOTTEN_MILLIS = 600_000;

  private final Supplier<AccessTable> access;
  private final MeterSettings settings;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final LimitMetrics metrics;
  private final long began;
  private final UsageBook book;
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();
  private final AtomicBoolean losing = new AtomicBoolean();
  private final AtomicBoolean wantsBudgets = new AtomicBoolean();
  private volatile Runnable hurry = () -> {};
  private volatile Runnable first = () -> {};

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
    this.metrics = metrics;
    this.began = nanos.getAsLong();
    this.book = new UsageBook(settings.mostLines());
  }

  /** Told when somebody needs more of its limits at once. */
  void onShort(Runnable told) {
    hurry = told;
  }

  /** Told when somebody with limits comes who was not among the accounts, and is there now. */
  void onFirst(Runnable told) {
    first = told;
  }

  private record Held(String holder, String words, LimitMetrics.Owner owner, Limits limits) {}

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
    AccessTable table = access.get();
    Optional<ApiKey> key = KeyId.parse(sender.key()).flatMap(table::get);
    List<Held> holders = holders(table, key, sender.tenant());
    List<Charge> taken = new ArrayList<>(holders.size());
    for (Held held : holders) {
      Account account = account(held, now);
      Optional<Admission> refusal = refusal(account, held, now, estimated);
      if (refusal.isPresent()) {
        taken.forEach(before -> giveBack(before, now, estimated));
        hurryIfShort(now, account);
        return new Taking(List.of(), refusal);
      }
      taken.add(new Charge(account, held.limits(), account.begins(clock.instant(), estimated)));
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

  private static List<Held> holders(
      AccessTable table, Optional<ApiKey> key, Optional<String> tenant) {
    List<Held> holders = new ArrayList<>(2);
    key.filter(known -> !known.limits().equals(Limits.NONE))
        .ifPresent(
            known ->
                holders.add(
                    new Held(
                        AllowanceProtocol.key(known.id().value()),
                        "key " + known.id(),
                        LimitMetrics.Owner.KEY,
                        known.limits())));
    tenant.ifPresent(
        name -> {
          Limits limits = table.limitsOf(name);
          if (!limits.equals(Limits.NONE)) {
            holders.add(
                new Held(
                    AllowanceProtocol.tenant(name),
                    "tenant " + name,
                    LimitMetrics.Owner.TENANT,
                    limits));
          }
        });
    return holders;
  }

  private Account account(Held held, long now) {
    Account known = accounts.get(held.holder());
    if (known != null) {
      return known.used(now, held.limits());
    }
    Account account =
        accounts
            .computeIfAbsent(held.holder(), name -> new Account(held.limits(), settings.asking()))
            .used(now, held.limits());
    first.run();
    return account;
  }

  private Optional<Admission> refusal(Account account, Held held, long now, long estimated) {
    if (held.limits().hasBudget()) {
      Optional<Account.Shortage> shortage = account.shortage(clock.instant());
      if (shortage.isPresent()) {
        boolean usedUp = shortage.get().usedUp();
        metrics.refused(
            usedUp ? LimitMetrics.Kind.BUDGET : LimitMetrics.Kind.BUDGET_HELD, held.owner());
        return Optional.of(
            refused(
                usedUp ? ErrorCode.INSUFFICIENT_QUOTA : ErrorCode.RATE_LIMIT_EXCEEDED,
                held,
                shortage.get().words(),
                usedUp ? Duration.ZERO : UNDER_WAY,
                List.of()));
      }
    }
    Purse.Verdict verdict = account.purse().take(now, held.limits(), estimated);
    if (verdict.tooMany().isEmpty()) {
      return Optional.empty();
    }
    boolean ofRequests = verdict.tooMany().get() == Purse.Kind.REQUESTS;
    metrics.refused(
        ofRequests ? LimitMetrics.Kind.REQUESTS : LimitMetrics.Kind.TOKENS, held.owner());
    String what =
        ofRequests
            ? "%d requests a minute are all it may send; send fewer"
                .formatted(held.limits().requestsPerMinute())
            : "%d tokens a minute are all it may use, and this request may take %d; send fewer or"
                    .formatted(held.limits().tokensPerMinute(), estimated)
                + " shorter ones, or set max_tokens";
    return Optional.of(
        refused(
            ErrorCode.RATE_LIMIT_EXCEEDED,
            held,
            what,
            Duration.ofMillis(verdict.waitMillis()),
            LimitHeaders.of(account.purse(), held.limits(), now)));
  }

  private static Admission refused(
      ErrorCode code,
      Held held,
      String what,
      Duration retryAfter,
      List<Map.Entry<String, String>> headers) {
    return new Admission(
        Optional.of(Refused.of(code, held.words() + ": " + what)),
        retryAfter,
        headers,
        Ticket.NONE);
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

  /** Accounts whose limits by the minute are shared. */
  Map<String, Account> accounts() {
    return accounts;
  }

  /** Whether a budget came into use of which nothing is known; told once. */
  boolean takeWantsBudgets() {
    return wantsBudgets.getAndSet(false);
  }

  /** Keys and tenants with budgets that are in use: those of which was told longest ago. */
  List<String> budgets(long now, long usedWithin, int most) {
    return accounts.entrySet().stream()
        .filter(each -> each.getValue().limits().hasBudget())
        .filter(each -> each.getValue().usedWithin(now, usedWithin))
        .map(each -> Map.entry(each.getKey(), each.getValue().toldAt()))
        .sorted(Map.Entry.comparingByValue())
        .limit(most)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** A part is in the registry's database, or only the budgets were asked for. */
  void handedIn(HandedIn answer) {
    Optional<UsageBook.Part> part = book.handedIn(answer.number());
    part.ifPresent(there -> there.lines().forEach(this::sent));
    long now = now();
    for (Spent spent : answer.spent()) {
      Account account = accounts.get(spent.holder());
      if (account != null) {
        account.told(now, spent);
      }
    }
  }

  private void sent(Line line) {
    for (String holder :
        List.of(AllowanceProtocol.key(line.key()), AllowanceProtocol.tenant(line.tenant()))) {
      Account account = accounts.get(holder);
      if (account != null) {
        account.sent(line.hour(), line.count().tokens());
      }
    }
  }

  void forgetIdle(long now) {
    accounts
        .values()
        .removeIf(
            account ->
                !account.usedWithin(now, FORGOTTEN_MILLIS)
                    && account.isSettled()
                    && account.purse().isIdle(now));
  }
}
