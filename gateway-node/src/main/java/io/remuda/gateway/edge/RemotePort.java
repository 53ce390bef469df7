package io.remuda.gateway.edge;

import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** The door of another machine, reached over HTTP. */
final class RemotePort implements InferencePort {

  private final String host;
  private final int port;
  private final RemotePorts ports;

  private RemotePort(String host, int port, RemotePorts ports) {
    this.host = host;
    this.port = port;
    this.ports = ports;
  }

  /** The front at {@code host:port}. */
  static RemotePort at(String address, RemotePorts ports) {
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon);
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new RemotePort(bare, Integer.parseInt(address.substring(colon + 1)), ports);
  }

  @Override
  public InferenceCall call(InferenceRequest request, InferenceSink sink) {
    Context loop = ports.loop();
    return Vertx.currentContext() == loop
        ? callHere(loop, request, sink)
        : CrossLoopCall.start(
            (asked, news) -> callHere(loop, asked, news),
            request,
            sink,
            work -> loop.runOnContext(v -> work.run()));
  }

  private InferenceCall callHere(Context loop, InferenceRequest request, InferenceSink sink) {
    RemoteCall call = new RemoteCall(this, ports, loop, request, sink);
    call.start();
    return call;
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }
}
