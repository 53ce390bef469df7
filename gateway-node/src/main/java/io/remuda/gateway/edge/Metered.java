package io.remuda.gateway.edge;

import io.remuda.gateway.routing.Target;
import io.remuda.protocol.bytes.InferencePort;

/**
 * What one request is allowed by its sender's limits, and what it takes of the instances that work
 * for it. A copy is nobody's: it is free and not counted. Lives on one loop.
 */
final class Metered {

  private final InferenceHandler handler;
  private final ClientRequest request;
  private final InstanceBody body;
  private final boolean own;
  private final Tally tally = new Tally();
  private Metering.Admission admission = Metering.Admission.FREE;

  /**
   * @param own whether it is a client's own; false of a copy
   */
  Metered(InferenceHandler handler, ClientRequest request, InstanceBody body, boolean own) {
    this.handler = handler;
    this.request = request;
    this.body = body;
    this.own = own;
  }

  /** Whether it may go on, or why not; to be asked once its body is read. */
  Metering.Admission admit() {
    if (own) {
      admission = handler.metering().admit(request.sender(), wish());
      if (isCounted() && handler.metering().asksEngines()) {
        body.askUsage();
      }
    }
    return admission;
  }

  private Metering.Wish wish() {
    Endpoint endpoint = request.endpoint();
    return new Metering.Wish(
        endpoint.takesTokens(),
        request.body().readableBytes(),
        endpoint.writesTokens() ? body.answerTokens() : 0);
  }

  private boolean isCounted() {
    return admission.ticket() != Metering.Ticket.NONE;
  }

  /** The way to the instance, with its tokens counted where somebody counts them. */
  InferencePort over(Target target, InferencePort port) {
    return isCounted() && request.endpoint().takesTokens()
        ? tally.over(port, body.hidesUsage(target))
        : port;
  }

  /** What it took, for whoever counts it. */
  void over(String model, String code) {
    boolean failed = !code.equals("ok") && !code.equals("cancelled");
    Metering.Taken taken =
        request.endpoint().takesTokens()
            ? tally.taken(
                request.body().readableBytes(), request.endpoint().writesTokens(), body.stream())
            : Metering.Taken.NOTHING;
    admission.ticket().over(model, failed, taken);
  }
}
