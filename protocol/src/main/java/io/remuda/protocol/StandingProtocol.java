package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** How a registry node stands, as an operator asks it. */
public final class StandingProtocol {

  /** Under this key each registry node's word on itself is found. */
  public static final ServiceKey<Command> KEY =
      ServiceKey.create(Command.class, "remuda-registry-standing");

  private StandingProtocol() {}

  /** Implemented by the registry's own messages too, which never leave a registry node. */
  public interface Command extends WireMessage {}

  public record Describe(ActorRef<Standing> replyTo) implements Command {}

  /**
   * A registry node's word on itself.
   *
   * @param notReady why it takes no changes; empty when it does
   * @param keysBroken why API keys can be neither made nor revoked, though it takes other changes
   * @param journal which it writes; empty until its database has answered once
   * @param names how many deployments it owns; empty where that could not be counted in time
   * @param clocksOff nodes whose wall clocks are far from this one's
   */
  public record Standing(
      Optional<String> notReady,
      Optional<String> keysBroken,
      Optional<JournalId> journal,
      OptionalInt names,
      List<ClockOff> clocksOff)
      implements WireMessage {
    public Standing {
      clocksOff = List.copyOf(clocksOff);
    }
  }

  /**
   * A node whose wall clock is far from a registry node's.
   *
   * @param node its address, host:port
   * @param machine which it is, if it is one
   * @param roles what it is in the fleet
   * @param ahead by how much at least; negative when it is behind
   */
  public record ClockOff(
      String node, Optional<MachineId> machine, List<String> roles, Duration ahead)
      implements WireMessage {
    public ClockOff {
      roles = List.copyOf(roles);
    }
  }
}
