package io.remuda.node.agent;

import io.remuda.protocol.NodeProtocol;

/** Hands each of the registry's commands to what carries it out. Belongs to one actor. */
final class Obeying {

  private final Starts starts;
  private final Stops stops;
  private final Inquiries inquiries;
  private final StateChanges stateChanges;
  private final Holds holds;
  private final Reports reports;

  Obeying(
      Starts starts,
      Stops stops,
      Inquiries inquiries,
      StateChanges stateChanges,
      Holds holds,
      Reports reports) {
    this.starts = starts;
    this.stops = stops;
    this.inquiries = inquiries;
    this.stateChanges = stateChanges;
    this.holds = holds;
    this.reports = reports;
  }

  void obey(NodeProtocol.Command command) {
    if (command instanceof NodeProtocol.StartInstance start) {
      starts.start(start);
      reports.publish();
    } else if (command instanceof NodeProtocol.StopInstance stop) {
      stops.stop(stop);
    } else if (command instanceof NodeProtocol.Ping ping) {
      inquiries.ping(ping);
    } else if (command instanceof NodeProtocol.DescribeModel describe) {
      inquiries.describe(describe);
    } else if (command instanceof NodeProtocol.SetMachineState set) {
      stateChanges.set(set);
    } else if (command instanceof NodeProtocol.HoldInstance hold) {
      holds.hold(hold);
    } else if (command instanceof NodeProtocol.ReleaseInstance release) {
      holds.release(release);
    }
  }
}
