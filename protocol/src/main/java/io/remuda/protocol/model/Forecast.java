package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a change would come to for one name, if nothing else happened meanwhile and each start
 * succeeded.
 *
 * @param wanted how many instances it would have to have
 * @param ready how many would be ready in the end
 * @param reason why it would not be as wanted; empty where it would
 * @param moves of its instances; what stays untouched is not among them
 * @param verdicts why the next instance would find no place, one for each machine; empty where none
 *     is missing
 * @param others what would come of names whose instances give way, without their verdicts
 */
public record Forecast(
    ModelName name,
    int wanted,
    int ready,
    Optional<String> reason,
    List<Move> moves,
    List<Verdict> verdicts,
    List<Forecast> others)
    implements WireMessage {

  /** One for which nobody gives way. */
  public Forecast(
      ModelName name,
      int wanted,
      int ready,
      Optional<String> reason,
      List<Move> moves,
      List<Verdict> verdicts) {
    this(name, wanted, ready, reason, moves, verdicts, List.of());
  }

  /** So many moves and verdicts are told of at most. */
  public static final int MOST = 100;

  /** What becomes of one instance. */
  public enum Kind {
    /** It is started. */
    NEW,
    /** Another one takes its place, there or elsewhere. */
    MOVES,
    /** It is stopped and nothing takes its place. */
    ENDS,
    /** It is to go and serves on, since there is no other place. */
    STAYS,
    /** It is wanted and there is no place. */
    NO_PLACE
  }

  /**
   * One instance's move.
   *
   * @param instance that there is now; empty where none is
   * @param from its machine
   * @param next the id that the new instance would get
   * @param to the machine of that one
   * @param inPlaceOf who gives way to it; to one that finds no place, who would be asked to, in
   *     this order
   */
  public record Move(
      Kind kind,
      Optional<InstanceId> instance,
      Optional<MachineId> from,
      Optional<InstanceId> next,
      Optional<MachineId> to,
      String text,
      List<InstanceId> inPlaceOf)
      implements WireMessage {

    /** One that takes nobody's place. */
    public Move(
        Kind kind,
        Optional<InstanceId> instance,
        Optional<MachineId> from,
        Optional<InstanceId> next,
        Optional<MachineId> to,
        String text) {
      this(kind, instance, from, next, to, text, List.of());
    }

    public Move {
      inPlaceOf = Absent.orEmpty(inPlaceOf);
    }

    /** The same, for which these would be asked to give way. */
    public Move inPlaceOf(List<InstanceId> others) {
      return new Move(kind, instance, from, next, to, text, others);
    }
  }

  /**
   * What an instance would take of a machine, or give back.
   *
   * @param taken whether it takes it
   * @param yields to whom it gives way; empty where it goes for another reason
   */
  public record Shift(
      MachineId machine, InstanceId id, Resources claim, boolean taken, Optional<Yield> yields)
      implements WireMessage {

    /** One that is nobody else's wish. */
    public Shift(MachineId machine, InstanceId id, Resources claim, boolean taken) {
      this(machine, id, claim, taken, Optional.empty());
    }

    public Shift {
      yields = Absent.orEmpty(yields);
    }
  }

  /**
   * Whom an instance gives way to.
   *
   * @param priority of that name
   * @param asked whether requests wait for that name
   */
  public record Yield(ModelName to, int priority, boolean asked) implements WireMessage {}

  public Forecast {
    moves = List.copyOf(moves);
    verdicts = List.copyOf(verdicts);
    others = Absent.orEmpty(others);
  }

  public Forecast withoutVerdicts() {
    return new Forecast(name, wanted, ready, reason, moves, List.of(), others);
  }

  /** These as far as they fit into one message: later ones lose their verdicts first. */
  public static List<Forecast> withinOneMessage(List<Forecast> all) {
    List<Forecast> kept = new ArrayList<>();
    int bytes = 0;
    for (Forecast one : all) {
      bytes += one.verdicts().stream().mapToInt(Verdict::size).sum();
      kept.add(bytes <= LastWords.MESSAGE_BYTES ? one : one.withoutVerdicts());
    }
    return kept;
  }

  /** Whether all that had to go found another place. */
  public boolean isPlaced() {
    return moves.stream()
        .noneMatch(move -> move.kind() == Kind.STAYS || move.kind() == Kind.NO_PLACE);
  }
}
