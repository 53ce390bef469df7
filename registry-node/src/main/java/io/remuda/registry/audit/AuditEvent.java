package io.remuda.registry.audit;

import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.AuditProtocol.Deed;
import io.remuda.registry.journal.JournalEvent;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** What somebody did to the fleet. Nothing is decided by it: it is history. */
public sealed interface AuditEvent extends JournalEvent {

  /** A change was asked for and answered. */
  record Operated(Deed deed, Instant at) implements AuditEvent {
    @Override
    public String subject() {
      return AuditProtocol.SUBJECT;
    }

    @Override
    public String text() {
      return "%s%s: %s %s was answered %d%s"
          .formatted(
              deed.caller(),
              deed.tenant().map(name -> " of " + name).orElse(""),
              deed.operation().split(" ", 2)[0],
              deed.path(),
              deed.status(),
              deed.code().map(code -> " " + code).orElse(""));
    }

    @Override
    public Map<String, String> details() {
      Map<String, String> details = new TreeMap<>();
      details.put("requestId", deed.requestId());
      details.put("caller", deed.caller());
      deed.tenant().ifPresent(tenant -> details.put("tenant", tenant));
      details.put("operation", deed.operation());
      details.put("path", deed.path());
      details.put("status", Integer.toString(deed.status()));
      deed.code().ifPresent(code -> details.put("code", code));
      return details;
    }
  }
}
