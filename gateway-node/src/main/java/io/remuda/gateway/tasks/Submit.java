package io.remuda.gateway.tasks;

import com.google.protobuf.ByteString;
import io.remuda.protocol.id.ModelName;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * A task that somebody wants done, checked as far as it can be without any store.
 *
 * @param tenant whose it is
 * @param account tenant of the key that sent it, where its use counts; empty: the operator's
 * @param fingerprint of the schema that the payload was read by
 * @param payload the input message in binary form
 * @param idempotencyKey under which the tenant may send it again; empty for none
 * @param deadline from now
 * @param resultTtl for which its result is kept after it has ended
 * @param webhook where its end is told
 */
public record Submit(
    String tenant,
    String account,
    ModelName model,
    String fingerprint,
    ByteString payload,
    String idempotencyKey,
    Duration deadline,
    Duration resultTtl,
    Optional<URI> webhook,
    String requestId) {}
