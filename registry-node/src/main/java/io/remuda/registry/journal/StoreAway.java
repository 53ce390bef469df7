package io.remuda.registry.journal;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.UsageProtocol;
import io.remuda.registry.model.RegistryMessage;
import java.util.List;
import java.util.Optional;

/**
 * What stands in for an entity while the journal's database does not answer: refuses one message
 * and ends, so that the next one is met by the entity itself once the database is back. What waits
 * behind that message is answered by {@link LateCommands}.
 */
public final class StoreAway {

  /** Said of a command that nothing came of. */
  static final Refused REFUSED =
      Refused.of(
          ErrorCode.STORE_UNAVAILABLE,
          "the registry's database does not answer, so nothing can be changed or looked up; models"
              + " that run go on; try again when it is back");

  private StoreAway() {}

  /** The stand-in for an entity that takes {@code protocol}. */
  public static <C> Behavior<C> of(Class<C> protocol) {
    return Behaviors.receive(protocol)
        .onAnyMessage(
            message -> {
              refuse(message, REFUSED);
              return Behaviors.stopped();
            })
        .build();
  }

  /** Answers whoever waits for {@code message}, if anybody does. */
  static void refuse(Object message, Refused why) {
    if (message instanceof RegistryProtocol.Command command) {
      refuse(command, why);
    } else if (message instanceof MachineProtocol.Command command) {
      refuse(command, why);
    } else if (message instanceof AccessProtocol.Command command) {
      refuse(command, why);
    } else if (message instanceof LeaseProtocol.Command command) {
      refuse(command, why);
    } else if (message instanceof AuditProtocol.Keep keep) {
      keep.replyTo().tell(new AuditProtocol.Kept(Optional.of(why)));
    } else if (message instanceof UsageProtocol.HandIn c) {
      c.replyTo().tell(new UsageProtocol.HandedIn(c.number(), List.of(), Optional.of(why)));
    } else if (message instanceof UsageProtocol.Read c) {
      c.replyTo().tell(new UsageProtocol.Lines(List.of(), false, Optional.of(why)));
    }
  }

  private static void refuse(RegistryProtocol.Command message, Refused why) {
    RegistryProtocol.Reply reply = RegistryProtocol.Reply.refused(why);
    if (message instanceof RegistryProtocol.Deploy c) {
      c.replyTo().tell(reply);
    } else if (message instanceof RegistryProtocol.Scale c) {
      c.replyTo().tell(reply);
    } else if (message instanceof RegistryProtocol.RetryOn c) {
      c.replyTo().tell(reply);
    } else if (message instanceof RegistryProtocol.Remove c) {
      c.replyTo().tell(reply);
    } else if (message instanceof RegistryProtocol.Get c) {
      c.replyTo().tell(reply);
    } else if (message instanceof RegistryProtocol.ForeseeDeploy c) {
      c.replyTo().tell(RegistryProtocol.Foreseen.refused(why));
    } else if (message instanceof RegistryProtocol.ForeseeDeparture c) {
      c.replyTo().tell(RegistryProtocol.Foreseen.refused(why));
    } else if (message instanceof RegistryProtocol.RollBack c) {
      c.replyTo().tell(reply);
    } else if (message instanceof RegistryProtocol.SetAlias c) {
      c.replyTo().tell(RegistryProtocol.AliasReply.refused(why));
    } else if (message instanceof RegistryProtocol.RemoveAlias c) {
      c.replyTo().tell(RegistryProtocol.AliasReply.refused(why));
    } else if (message instanceof RegistryProtocol.GetAlias c) {
      c.replyTo().tell(RegistryProtocol.AliasReply.refused(why));
    } else if (message instanceof RegistryProtocol.Explain c) {
      c.replyTo().tell(new RegistryProtocol.Explained(Optional.empty(), Optional.of(why)));
    } else if (message instanceof RegistryProtocol.Register c) {
      c.replyTo().tell(RegistryProtocol.Registered.refused(c.spec().name(), c.machine(), why));
    } else if (message instanceof RegistryMessage.GiveWay c) {
      c.replyTo().tell(new RegistryMessage.GiveWayReply(c.instance(), Optional.of(why.message())));
    } else if (message instanceof RegistryMessage.ForeseeGiveWay c) {
      c.replyTo().tell(RegistryProtocol.Foreseen.refused(why));
    }
  }

  private static void refuse(MachineProtocol.Command message, Refused why) {
    MachineProtocol.Reply reply = new MachineProtocol.Reply(Optional.empty(), Optional.of(why));
    if (message instanceof MachineProtocol.Cordon c) {
      c.replyTo().tell(reply);
    } else if (message instanceof MachineProtocol.Uncordon c) {
      c.replyTo().tell(reply);
    } else if (message instanceof MachineProtocol.Drain c) {
      c.replyTo().tell(reply);
    } else if (message instanceof MachineProtocol.DrainGpu c) {
      c.replyTo().tell(reply);
    } else if (message instanceof MachineProtocol.Foresee c) {
      c.replyTo().tell(new MachineProtocol.Foreseen(List.of(), Optional.of(why)));
    } else if (message instanceof MachineProtocol.CordonGpu c) {
      c.replyTo().tell(reply);
    } else if (message instanceof MachineProtocol.UncordonGpu c) {
      c.replyTo().tell(reply);
    } else if (message instanceof MachineProtocol.SetLabels c) {
      c.replyTo().tell(reply);
    } else if (message instanceof MachineProtocol.Get c) {
      c.replyTo().tell(reply);
    }
  }

  private static void refuse(AccessProtocol.Command message, Refused why) {
    AccessProtocol.Reply reply = new AccessProtocol.Reply(List.of(), Optional.of(why));
    if (message instanceof AccessProtocol.CreateKey c) {
      c.replyTo().tell(reply);
    } else if (message instanceof AccessProtocol.RevokeKey c) {
      c.replyTo().tell(reply);
    } else if (message instanceof AccessProtocol.RotateKey c) {
      c.replyTo().tell(reply);
    } else if (message instanceof AccessProtocol.ListKeys c) {
      c.replyTo().tell(reply);
    } else if (message instanceof AccessProtocol.LimitKey c) {
      c.replyTo().tell(reply);
    } else if (message instanceof AccessProtocol.LimitTenant c) {
      c.replyTo().tell(new AccessProtocol.TenantReply(List.of(), Optional.of(why)));
    } else if (message instanceof AccessProtocol.ListTenants c) {
      c.replyTo().tell(new AccessProtocol.TenantReply(List.of(), Optional.of(why)));
    }
  }

  private static void refuse(LeaseProtocol.Command message, Refused why) {
    LeaseProtocol.Reply reply = LeaseProtocol.Reply.refused(why);
    if (message instanceof LeaseProtocol.Acquire c) {
      c.replyTo().tell(reply);
    } else if (message instanceof LeaseProtocol.Get c) {
      c.replyTo().tell(reply);
    } else if (message instanceof LeaseProtocol.Renew c) {
      c.replyTo().tell(reply);
    } else if (message instanceof LeaseProtocol.Release c) {
      c.replyTo().tell(reply);
    }
  }
}
