package io.remuda.registry.audit;

/** How many events there were; no decision needs more of them. */
public record AuditState(long sequence) {

  AuditState next() {
    return new AuditState(sequence + 1);
  }
}
