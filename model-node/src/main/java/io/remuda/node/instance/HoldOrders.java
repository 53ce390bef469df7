package io.remuda.node.instance;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;

/**
 * Orders to hold an instance, or a share of it, that wait until it can be: each is answered once,
 * when it is held or when it will not be. Of one grant that is said several times there is one
 * outcome. Belongs to one actor.
 */
final class HoldOrders {

  private record Waiting(
      LeaseToken grant, Duration ttl, List<Consumer<Optional<Refused>>> answers) {}

  private final Standing standing;
  private final Logger log;
  private final Map<LeaseId, Waiting> waiting = new HashMap<>();

  HoldOrders(Standing standing, Logger log) {
    this.standing = standing;
    this.log = log;
  }

  /**
   * Why the instance holds nothing now, whatever its leases say.
   *
   * @param known whether it was told this very grant before, which it goes on with while its engine
   *     starts again
   */
  Optional<Refused> notNow(boolean known) {
    return known && standing.phase() != Phase.DRAINING || standing.phase() == Phase.READY
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                ErrorCode.MODEL_NOT_READY,
                "%s is %s and cannot be leased now; grant another instance"
                    .formatted(standing.id(), standing.phase())));
  }

  /** It does not even wait. */
  void refuse(ModelInstance.Hold order, Refused why) {
    log.info(
        "refused lease={} instance={} reason={}",
        order.grant().lease(),
        standing.id(),
        why.message());
    order.answer().accept(Optional.of(why));
  }

  /** Whether the same grant waits already, whose answer is this one's too. */
  boolean join(ModelInstance.Hold order) {
    Optional<Waiting> same = of(order.grant());
    same.ifPresent(asked -> asked.answers().add(order.answer()));
    return same.isPresent();
  }

  /** It waits; what waited under an earlier number of the lease is refused. */
  void begin(ModelInstance.Hold order) {
    LeaseToken grant = order.grant();
    refuse(grant.lease(), ErrorCode.STALE_LEASE, "a later grant of the lease has come");
    waiting.put(
        grant.lease(), new Waiting(grant, order.ttl(), new ArrayList<>(List.of(order.answer()))));
  }

  /** For how long it was last asked for; empty where none waits for this grant. */
  Optional<Duration> ttl(LeaseToken grant) {
    return of(grant).map(Waiting::ttl);
  }

  private Optional<Waiting> of(LeaseToken grant) {
    return Optional.ofNullable(waiting.get(grant.lease()))
        .filter(asked -> asked.grant().equals(grant));
  }

  /** The lease has what it waited for. */
  void held(LeaseId lease) {
    answer(lease, Optional.empty());
  }

  void refuse(LeaseId lease, ErrorCode code, String why) {
    refuse(lease, Refused.of(code, standing.id() + ": " + why));
  }

  void refuse(LeaseId lease, Refused why) {
    answer(lease, Optional.of(why));
  }

  void refuseAll(ErrorCode code, String why) {
    List.copyOf(waiting.keySet()).forEach(lease -> refuse(lease, code, why));
  }

  private void answer(LeaseId lease, Optional<Refused> refused) {
    Waiting asked = waiting.remove(lease);
    if (asked != null) {
      asked.answers().forEach(answer -> answer.accept(refused));
    }
  }

  /** Answers once it is known whether the next JVM would know what was done. */
  static void answerWhen(
      CompletionStage<Void> kept,
      Function<Throwable, Refused> notKept,
      Consumer<Optional<Refused>> answer) {
    kept.whenComplete(
        (done, why) ->
            answer.accept(why == null ? Optional.empty() : Optional.of(notKept.apply(why))));
  }
}
