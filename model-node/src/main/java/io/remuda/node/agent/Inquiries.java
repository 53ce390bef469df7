package io.remuda.node.agent;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** What a machine answers without changing anything. */
final class Inquiries {
  private final MachineId machine;
  private final long incarnation;
  private final Instances instances;
  private final Engines engines;
  private final Books books;
  private final Executor blocking;

  Inquiries(
      MachineId machine,
      long incarnation,
      Instances instances,
      Engines engines,
      Books books,
      Executor blocking) {
    this.machine = machine;
    this.incarnation = incarnation;
    this.instances = instances;
    this.engines = engines;
    this.books = books;
    this.blocking = blocking;
  }

  /** Says what is known of the instances that are asked for; of unknown ones nothing. */
  void ping(NodeProtocol.Ping ping) {
    List<InstanceReport> known =
        ping.instances().stream().flatMap(id -> report(id).stream()).toList();
    ping.replyTo().tell(new NodeProtocol.Pong(ping.nonce(), machine, incarnation, known));
  }

  private Optional<InstanceReport> report(InstanceId id) {
    return instances.report(id).map(one -> one.withGpus(books.gpusOf(id)));
  }

  /**
   * Looks at the model's files off the actor's thread; answers whatever happens there. What a model
   * claims of a GPU is not said before the first look at the GPUs: the answer is kept for good.
   */
  void describe(NodeProtocol.DescribeModel describe) {
    if (!books.gpusKnown()) {
      describe
          .replyTo()
          .tell(
              new NodeProtocol.Described(
                  machine, Optional.empty(), Optional.of(StartDecider.NOT_YET)));
      return;
    }
    blocking.execute(
        () -> {
          Engines.Description found = described(describe);
          describe
              .replyTo()
              .tell(new NodeProtocol.Described(machine, found.file(), found.refused()));
        });
  }

  private Engines.Description described(NodeProtocol.DescribeModel describe) {
    try {
      return engines.describe(describe.spec());
    } catch (RuntimeException e) {
      return Engines.Description.refused(
          Refused.of(ErrorCode.INTERNAL, "the model could not be looked at here: " + e));
    }
  }
}
