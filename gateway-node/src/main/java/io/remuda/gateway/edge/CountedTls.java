package io.remuda.gateway.edge;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * TLS of the public port, where a client counts among its connections from the moment that it is
 * taken: Vert.x tells of one only when its handshake is done, and whoever opens many and says
 * nothing would take files without a limit.
 */
final class CountedTls extends JdkSSLEngineOptions {

  private final EdgeServer edge;

  CountedTls(EdgeServer edge) {
    this.edge = edge;
  }

  /** All loops count together. */
  @Override
  public CountedTls copy() {
    return this;
  }

  @Override
  public SslContextFactory sslContextFactory() {
    return new Factory();
  }

  private final class Factory extends DefaultSslContextFactory {

    Factory() {
      super(SslProvider.JDK, false);
    }

    @Override
    public SslContext create() throws SSLException {
      return new Context(super.create());
    }
  }

  private final class Context extends DelegatingSslContext {

    Context(SslContext context) {
      super(context);
    }

    @Override
    protected SslHandler newHandler(ByteBufAllocator memory, boolean startTls, Executor tasks) {
      return new Handshake(newEngine(memory), startTls, tasks);
    }

    @Override
    protected SslHandler newHandler(
        ByteBufAllocator memory, String host, int port, boolean startTls, Executor tasks) {
      return new Handshake(newEngine(memory, host, port), startTls, tasks);
    }

    @Override
    protected void initEngine(SSLEngine engine) {
      // Nothing beyond what the context says.
    }
  }

  private final class Handshake extends SslHandler {

    Handshake(SSLEngine engine, boolean startTls, Executor tasks) {
      super(engine, startTls, tasks);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext connection) throws Exception {
      super.handlerAdded(connection);
      if (edge.admitHandshake()) {
        // Also when it fails, takes too long, or the client goes.
        handshakeFuture().addListener(over -> edge.handshakeIsOver());
      } else {
        connection.close();
      }
    }
  }
}
