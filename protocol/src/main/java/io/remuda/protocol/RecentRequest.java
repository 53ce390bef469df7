package io.remuda.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What became of one request to a model, as far as the gateway that had it saw. Nothing of its body
 * is kept.
 *
 * @param key id of the key that sent it; empty where there is none
 * @param model that answered; empty when the request named none that exists
 * @param outcome {@code ok}, {@code cancelled}, or the code of the error
 * @param ended by that machine's clock
 * @param millis from the arrival of its whole body to its end
 * @param firstByteMillis to the first byte of its answer; -1 when none came
 * @param queueMillis for which it waited in line
 * @param instanceMillis that instances had it before their answer began
 * @param overheadMillis that the gateway itself took before that
 * @param tries where it was sent, in this order
 * @param tenant whose key or token sent it; empty: the operator's, or of an earlier version's
 *     gateway
 */
public record RecentRequest(
    String id,
    String key,
    String path,
    String model,
    String outcome,
    Instant ended,
    long millis,
    long firstByteMillis,
    long queueMillis,
    long instanceMillis,
    long overheadMillis,
    List<Try> tries,
    Optional<String> tenant)
    implements WireMessage {

  public RecentRequest {
    tries = List.copyOf(tries);
    tenant = Absent.orEmpty(tenant);
  }

  /**
   * It was sent to an instance.
   *
   * @param atMillis after its arrival
   * @param outcome {@code answered}, or why the instance did not; {@code left} when it was still
   *     there as the request ended, or another one answered first
   */
  public record Try(String instance, long atMillis, String outcome) implements WireMessage {}
}
