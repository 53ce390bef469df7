package io.remuda.gateway.edge;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where a lease is looked up that no route tells of yet: it was READY before that was heard here,
 * or it has ended, or there is none.
 */
public interface LeaseDirectory {

  /** One without a registry. */
  LeaseDirectory NONE =
      lease ->
          CompletableFuture.completedStage(
              LeaseProtocol.Reply.refused(
                  Refused.of(
                      ErrorCode.NOT_FOUND, "there is no lease " + lease + " at this gateway")));

  /** Answers within a bounded time, with a refusal at worst; never fails and never blocks. */
  CompletionStage<LeaseProtocol.Reply> look(LeaseId lease);
}
