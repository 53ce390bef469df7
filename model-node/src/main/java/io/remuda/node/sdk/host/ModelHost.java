package io.remuda.node.sdk.host;

import io.remuda.node.sdk.Servable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The program of the JVM that a model's jar or ONNX file runs in: {@code describe} writes what the
 * model is to a file and ends; {@code serve} serves it until it is ended. Its last line says why it
 * ended.
 */
public final class ModelHost implements AutoCloseable {

  /** The jar or what was asked of it is wrong: starting again would not help. */
  public static final int EXIT_UNUSABLE = 65;

  /** It ended itself so as to be started again. */
  private static final int EXIT_HANGING = 70;

  private final HostServer server;
  private final Workers workers;
  private final Servable model;

  private ModelHost(HostServer server, Workers workers, Servable model) {
    this.server = server;
    this.workers = workers;
    this.model = model;
  }

  public static void main(String[] arguments) {
    // Read by the JDK's server when it is first used: without it each answer waits 40 ms for an
    // acknowledgement, and the front's kept connections would be closed behind its back.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxIdleConnections", "4096");
    try {
      HostOptions options = HostOptions.parse(arguments);
      if (options.verb().equals("describe")) {
        endAfter(options);
        describe(options);
        // The model's classes may have started threads.
        Runtime.getRuntime().halt(0);
      }
      AtomicReference<@Nullable ModelHost> host = new AtomicReference<>();
      // Before the model is made: its constructor may exit too.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> endInOrder(host.get()), "in-order"));
      host.set(serve(options, reason -> end(EXIT_HANGING, reason)));
    } catch (Unusable e) {
      end(EXIT_UNUSABLE, e.sentence());
    } catch (IOException | RuntimeException e) {
      e.printStackTrace();
      end(EXIT_UNUSABLE, "the model host failed: " + e);
    }
  }

  private static void end(int code, String reason) {
    HostLog.say(reason);
    Runtime.getRuntime().halt(code);
  }

  /** A describing host whose node has gone must not stay behind. */
  private static void endAfter(HostOptions options) {
    int seconds = options.number("limit-seconds", 60);
    Thread watch =
        new Thread(
            () -> {
              try {
                new java.util.concurrent.CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              end(EXIT_UNUSABLE, "the model's classes were not loaded within " + seconds + " s");
            },
            "time-limit");
    watch.setDaemon(true);
    watch.start();
  }

  private static void describe(HostOptions options) throws Unusable, IOException {
    LoadedModel model = LoadedModel.of(options);
    Path out = Path.of(options.text("out", "description.json"));
    Path fresh = out.resolveSibling(out.getFileName() + ".tmp");
    Files.writeString(fresh, new Description(model, Limits.of(model, options)).json());
    Files.move(fresh, out, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Loads, constructs and serves.
   *
   * @param endHost ends the process, with the reason as its last words
   */
  static ModelHost serve(HostOptions options, Consumer<String> endHost)
      throws Unusable, IOException {
    LoadedModel model = LoadedModel.of(options);
    String expected = options.text("fingerprint", "");
    String found = model.schema().fingerprint();
    if (!expected.isEmpty() && !expected.equals(found)) {
      throw new Unusable(
          "the model's schema is "
              + found
              + " and not "
              + expected
              + " as when it was described; deploy it again");
    }
    Limits limits = Limits.of(model, options);
    Servable servable = model.construct();
    Workers workers = new Workers(limits, model.loader(), endHost);
    Served served = Served.of(options.text("name", "model"), model, servable, limits, workers);
    InetSocketAddress address =
        new InetSocketAddress(options.text("host", "127.0.0.1"), options.number("port", 0));
    HostServer server = HostServer.start(address, served);
    HostLog.say(
        "serving model=%s class=%s port=%d slots=%d"
            .formatted(served.name(), model.className(), server.port(), limits.slots()));
    return new ModelHost(server, workers, servable);
  }

  int port() {
    return server.port();
  }

  int hanging() {
    return workers.hanging();
  }

  /** The keeper asks for the end and allows a while for it; or the model calls System.exit. */
  private static void endInOrder(@Nullable ModelHost host) {
    if (exitedByModel() || host == null) {
      return;
    }
    try {
      host.close();
    } catch (Exception e) {
      HostLog.say("the model's close() failed: " + e);
    }
  }

  /** A model that calls System.exit should find its name in the log. */
  private static boolean exitedByModel() {
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      boolean inExit = false;
      for (StackTraceElement frame : each.getValue()) {
        String where = frame.getClassName();
        if (where.equals("java.lang.System") && frame.getMethodName().equals("exit")) {
          inExit = true;
        } else if (inExit && !where.startsWith("java.")) {
          HostLog.say(
              "the model ended its own JVM: System.exit called by %s.%s, line %d"
                  .formatted(where, frame.getMethodName(), frame.getLineNumber()));
          return true;
        }
      }
    }
    return false;
  }

  /** Ends what was served; the process goes on. */
  @Override
  public void close() throws Exception {
    server.close();
    workers.close();
    model.close();
  }
}
