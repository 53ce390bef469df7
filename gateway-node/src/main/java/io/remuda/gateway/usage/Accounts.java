package io.remuda.gateway.usage;

import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.UsageProtocol.Spent;
import io.remuda.protocol.limit.Purse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** The accounts of all keys and tenants with limits that this gateway has heard of lately. */
final class Accounts {

  /** One that nobody used for so long is forgotten, once it is idle. */
  private static final long FORGOTTEN_MILLIS = 600_000;

  private final Purse.Times times;
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();
  private volatile Runnable first = () -> {};

  Accounts(Purse.Times times) {
    this.times = times;
  }

  /** Told when somebody with limits comes who was not among the accounts, and is there now. */
  void onFirst(Runnable told) {
    first = told;
  }

  /** The account of {@code holder}, who uses it now. */
  Account of(LimitHolder holder, long now) {
    Account known = accounts.get(holder.name());
    if (known != null) {
      return known.used(now, holder.limits());
    }
    Account account =
        accounts
            .computeIfAbsent(holder.name(), name -> new Account(holder.limits(), times))
            .used(now, holder.limits());
    first.run();
    return account;
  }

  /** By the holder's name. */
  Optional<Account> find(String name) {
    return Optional.ofNullable(accounts.get(name));
  }

  boolean isEmpty() {
    return accounts.isEmpty();
  }

  void forEach(BiConsumer<String, Account> action) {
    accounts.forEach(action);
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

  /** What of budgets is spent, by the registry's word. */
  void told(long now, List<Spent> all) {
    for (Spent spent : all) {
      find(spent.holder()).ifPresent(account -> account.told(now, spent));
    }
  }

  /** What {@code line} says is in the registry's database. */
  void sent(Line line) {
    for (String name :
        List.of(AllowanceProtocol.key(line.key()), AllowanceProtocol.tenant(line.tenant()))) {
      find(name).ifPresent(account -> account.sent(line.hour(), line.count().tokens()));
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
