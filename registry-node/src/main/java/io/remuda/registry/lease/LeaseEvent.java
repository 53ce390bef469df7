package io.remuda.registry.lease;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.lease.LeaseState.Cause;
import io.remuda.registry.lease.LeaseState.End;
import io.remuda.registry.lease.LeaseState.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What happened to a lease. Applying an event changes state and never decides.
 *
 * <p>Whoever reads events learns a lease's id, and never the number that makes it its holder's
 * token.
 */
public sealed interface LeaseEvent extends JournalEvent {

  LeaseId id();

  LeaseState applyTo(LeaseState state);

  @Override
  default String subject() {
    return id().value();
  }

  /** Somebody asked for it. */
  record LeaseAsked(LeaseId id, Wish wish, Instant at) implements LeaseEvent {
    @Override
    public LeaseState applyTo(LeaseState state) {
      return state.asked(wish, at);
    }

    @Override
    public String text() {
      return "lease %s of %s asked for".formatted(id, models(wish));
    }

    @Override
    public Map<String, String> details() {
      return Map.of(
          "owner", wish.owner(), "models", models(wish), "ttl", wish.ttl().toSeconds() + " s");
    }

    private static String models(Wish wish) {
      return new TreeSet<>(wish.models())
          .stream().map(ModelName::value).collect(Collectors.joining(", "));
    }
  }

  /**
   * Nobody has the name of the deployment that it brings, so it is deployed, and removed later.
   * Written by earlier versions alone: whose a deployment is, its name's owner says now.
   */
  record LeaseDeploying(LeaseId id, Instant at) implements LeaseEvent {
    @Override
    public LeaseState applyTo(LeaseState state) {
      return state.withDeploying();
    }

    @Override
    public String text() {
      return "lease %s deploys its own model".formatted(id);
    }

    @Override
    public Map<String, String> details() {
      return Map.of();
    }
  }

  /**
   * It has an instance of each of its models.
   *
   * @param token that they want to be shown, higher than all that they were told before
   */
  record LeaseGranted(LeaseId id, long token, Map<ModelName, Part> parts, Instant at)
      implements LeaseEvent {

    public LeaseGranted {
      parts = Collections.unmodifiableMap(new TreeMap<>(parts));
    }

    @Override
    public LeaseState applyTo(LeaseState state) {
      return state.granted(token, parts, at);
    }

    @Override
    public String text() {
      return "lease %s granted: %s".formatted(id, has());
    }

    @Override
    public Map<String, String> details() {
      return Map.of("instances", has());
    }

    private String has() {
      return parts.values().stream()
          .map(part -> part.instance() + " on " + part.machine())
          .collect(Collectors.joining(", "));
    }
  }

  /** It has lost the instance of {@code model}, and waits for another one. */
  record LeaseMoved(LeaseId id, ModelName model, Part from, String reason, Instant at)
      implements LeaseEvent {
    @Override
    public LeaseState applyTo(LeaseState state) {
      return state.lost(model, at);
    }

    @Override
    public String text() {
      return "lease %s lost %s: %s".formatted(id, from.instance(), reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("instance", from.instance().toString(), "reason", reason);
    }
  }

  /** Its holder keeps it for another time to live than before; the same again is not written. */
  record LeaseRenewed(LeaseId id, Duration ttl, Instant at) implements LeaseEvent {
    @Override
    public LeaseState applyTo(LeaseState state) {
      return state.renewed(ttl);
    }

    @Override
    public String text() {
      return "lease %s renewed, from now on for %d s each time".formatted(id, ttl.toSeconds());
    }

    @Override
    public Map<String, String> details() {
      return Map.of("ttl", ttl.toSeconds() + " s");
    }
  }

  /**
   * It is over: from now on it lets go of what it has.
   *
   * @param code of the refusal that ended it; empty where it was none
   */
  record LeaseEnded(LeaseId id, Cause cause, String reason, Optional<ErrorCode> code, Instant at)
      implements LeaseEvent {

    /** One that no refusal ended. */
    public LeaseEnded(LeaseId id, Cause cause, String reason, Instant at) {
      this(id, cause, reason, Optional.empty(), at);
    }

    @Override
    public LeaseState applyTo(LeaseState state) {
      return state.ended(new End(cause, reason, code));
    }

    @Override
    public String text() {
      return "lease %s ended: %s".formatted(id, reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("cause", cause.name(), "reason", reason);
    }
  }

  /** It has let go of all that it had: nothing is left to do, for ever. */
  record LeaseClosed(LeaseId id, Instant at) implements LeaseEvent {
    @Override
    public LeaseState applyTo(LeaseState state) {
      return state.withClosed();
    }

    @Override
    public String text() {
      return "lease %s has given everything back".formatted(id);
    }

    @Override
    public Map<String, String> details() {
      return Map.of();
    }
  }
}
