package io.remuda.registry.model;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.Absent;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What registry actors hear besides {@link RegistryProtocol}: from their own node, and to wake. */
public sealed interface RegistryMessage extends RegistryProtocol.Command {

  /**
   * What of {@code command} is for the next owner of the name: all that somebody sent it. Answers
   * to what this one asked are not.
   */
  static Optional<RegistryProtocol.Command> onward(RegistryProtocol.Command command) {
    if (command instanceof HistoryRead read) {
      return Optional.of(read.wish());
    }
    if (command instanceof TargetTold told) {
      return Optional.of(told.wish());
    }
    boolean passedOn =
        command instanceof GiveWay
            || command instanceof ForeseeGiveWay
            || command instanceof WhatIs;
    return command instanceof RegistryMessage && !passedOn
        ? Optional.empty()
        : Optional.of(command);
  }

  /** Be there; sent between registry nodes too. */
  record Wake(ModelName name) implements RegistryMessage {}

  /** The journal holds events of the name up to this number. */
  record Written(ModelName name, long sequence) implements RegistryMessage {}

  /**
   * Put an idle instance away for another name's sake; sent between names' owners. Decided anew by
   * the instance's own, and asked again at no harm.
   *
   * @param to the name that wants its place
   * @param priority of that name
   * @param asked whether requests wait for that name
   * @param sounding whether it only says whether it would; an older node does not know that, and
   *     takes it for the wish itself
   */
  record GiveWay(
      InstanceId instance,
      ModelName to,
      int priority,
      boolean asked,
      boolean sounding,
      ActorRef<GiveWayReply> replyTo)
      implements RegistryMessage {}

  /**
   * The answer to {@link GiveWay}, when the decision is in the journal.
   *
   * @param stays why it stays; empty when it goes, or would
   */
  record GiveWayReply(InstanceId instance, Optional<String> stays) implements WireMessage {}

  /**
   * What would come of a name's instances if one of them were asked to {@link GiveWay}; sent
   * between names' owners. Nothing is changed.
   *
   * @param departure the machine that is thought to be left, if any
   * @param before what names have taken and given back by then
   */
  record ForeseeGiveWay(
      InstanceId instance,
      ModelName to,
      int priority,
      boolean asked,
      boolean sounding,
      Optional<Departure> departure,
      List<Forecast.Shift> before,
      ActorRef<RegistryProtocol.Foreseen> replyTo)
      implements RegistryMessage {
    public ForeseeGiveWay {
      departure = Absent.orEmpty(departure);
      before = Absent.orEmpty(before);
    }
  }

  /** An instance that gave way to {@code name} has ended; sent between names' owners. */
  record RoomMade(ModelName name) implements RegistryMessage {}

  /**
   * What came of asking an instance's owner; no reply when none came in time.
   *
   * @param sounding whether it was only asked whether it would go
   */
  record GiveWayAnswered(InstanceId id, boolean sounding, Optional<GiveWayReply> reply)
      implements RegistryMessage {}

  /** What is the name? Asked by the owner of another one. */
  record WhatIs(ModelName name, ActorRef<Stands> replyTo) implements RegistryMessage {}

  /**
   * What a name is.
   *
   * @param deployed whether it is a deployment
   * @param alias what it stands for instead
   */
  record Stands(boolean deployed, Optional<ModelName> alias) implements WireMessage {
    public Stands {
      alias = Absent.orEmpty(alias);
    }
  }

  /**
   * What the target of an alias is that is to be set.
   *
   * @param sequence of the name when its target was asked
   * @param stands nothing when it was not told in time
   */
  record TargetTold(RegistryProtocol.SetAlias wish, long sequence, Optional<Stands> stands)
      implements RegistryMessage {}

  /** Look at the world again. */
  enum Look implements RegistryMessage {
    /** By the clock. */
    BY_CLOCK,
    /** Because something has changed. */
    NOW
  }

  /** The number of this owner of the name; none when the journal's database did not give one. */
  record TermRead(Optional<Long> term) implements RegistryMessage {}

  /** What came of a start; no reply when none came in time. */
  record StartAnswered(InstanceId id, MachineId machine, Optional<NodeProtocol.StartReply> reply)
      implements RegistryMessage {}

  /** What came of a stop; no reply when none came in time. */
  record StopAnswered(InstanceId id, Optional<NodeProtocol.StopReply> reply)
      implements RegistryMessage {}

  /** What a machine said of the model of {@code revision}; no reply when none came in time. */
  record DescribeAnswered(MachineId machine, long revision, Optional<NodeProtocol.Described> reply)
      implements RegistryMessage {}

  /**
   * What a machine said of a model, for somebody who asked what a deployment would come to; no
   * reply when none came in time.
   */
  record WhatIfDescribed(
      WhatIf play,
      MachineId machine,
      Optional<NodeProtocol.Described> reply,
      ActorRef<RegistryProtocol.Foreseen> caller,
      Instant until)
      implements RegistryMessage {}

  /**
   * What the owner of an instance said that a forecast asks to give way; no reply when none came in
   * time.
   */
  record WhatIfYielded(
      WhatIf play,
      Yielding.Question question,
      Optional<RegistryProtocol.Foreseen> reply,
      ActorRef<RegistryProtocol.Foreseen> caller,
      Instant until)
      implements RegistryMessage {}

  /** The story of the name, for somebody who asked why. */
  record HistoryRead(RegistryProtocol.Explain wish, Optional<FleetProtocol.Events> events)
      implements RegistryMessage {}
}
