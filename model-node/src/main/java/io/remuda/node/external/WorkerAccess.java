package io.remuda.node.external;

import io.remuda.node.front.WorkerCalls;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.access.KeyRing;
import io.remuda.protocol.id.ModelName;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Who may join this machine: holders of a key with the scope {@code worker} (or {@code admin}), for
 * the models of that key; everyone on this machine, where nobody is asked for keys.
 */
public final class WorkerAccess {

  private static final Refused MISSING =
      Refused.of(
          ErrorCode.UNAUTHENTICATED,
          "this machine needs an API key with the scope worker: send 'Authorization: Bearer"
              + " rmd_...'; an administrator makes one with: remuda keys create --scope worker");
  private static final Refused WRONG =
      Refused.of(
          ErrorCode.UNAUTHENTICATED,
          "the API key is not known here, has expired or was revoked; ask an administrator for a"
              + " new one (remuda keys create --scope worker)");

  private static final Refused UNHEARD =
      Refused.of(
          ErrorCode.REGISTRY_UNAVAILABLE,
          "this machine has started and has not heard of the fleet's keys yet; try again in a"
              + " second");

  private final boolean open;
  private final KeyRing ring;
  private volatile AccessTable keys;
  private volatile boolean heard;
  private Runnable news = () -> {};

  private WorkerAccess(boolean open, AccessTable kept, KeyMint mint, InstantSource clock) {
    this.open = open;
    this.keys = kept;
    this.ring = new KeyRing(mint, id -> keys.get(id), clock);
  }

  /**
   * @param open whether nobody is asked for a key
   * @param mint of the cluster's key
   */
  public static WorkerAccess of(boolean open, KeyMint mint, InstantSource clock) {
    return new WorkerAccess(open, AccessTable.EMPTY, mint, clock);
  }

  /**
   * One that knows the keys that a former life has kept, until it hears of newer ones. A key that
   * is not among them may have been made since: it is not refused for good before the fleet was
   * heard.
   */
  public static WorkerAccess of(boolean open, KeysOnDisk kept, KeyMint mint, InstantSource clock) {
    return new WorkerAccess(open, kept.read(), mint, clock);
  }

  /** Takes in keys as they are published. Of any thread. */
  public synchronized void merge(AccessTable published) {
    AccessTable before = keys;
    keys = before.mergeData(published);
    heard = true;
    if (!keys.equals(before)) {
      news.run();
    }
  }

  AccessTable keys() {
    return keys;
  }

  /**
   * From now on {@code act} is told of new keys, and at once if there are any. It must not wait.
   */
  synchronized void onNews(Runnable act) {
    news = act;
    if (!keys.entries().isEmpty()) {
      act.run();
    }
  }

  /** Who may do what; exactly one of the two is present. */
  record Outcome(Optional<Pass> pass, Optional<Refused> refused) {}

  /** What a caller may do. */
  @FunctionalInterface
  interface Pass {
    boolean covers(ModelName model);
  }

  Outcome check(WorkerCalls.Head call) {
    if (open || call.ours()) {
      return new Outcome(Optional.of(model -> true), Optional.empty());
    }
    Optional<String> shown = KeyRing.shown(call.authorization(), call.apiKey());
    if (shown.isEmpty()) {
      return new Outcome(Optional.empty(), Optional.of(MISSING));
    }
    // Asked before the key is looked for: what is heard in between is not held against it.
    boolean known = heard;
    Optional<ApiKey> key = ring.find(shown.get());
    if (key.isEmpty()) {
      return new Outcome(Optional.empty(), Optional.of(known ? WRONG : UNHEARD));
    }
    ApiKey held = key.get();
    if (!held.scopes().contains(Scope.WORKER) && !held.scopes().contains(Scope.ADMIN)) {
      return new Outcome(
          Optional.empty(),
          Optional.of(
              Refused.of(
                  ErrorCode.NOT_ALLOWED,
                  "key " + held.id() + " does not have the scope worker: use another key")));
    }
    return new Outcome(Optional.of(held.allowed()::allows), Optional.empty());
  }
}
