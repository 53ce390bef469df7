package io.remuda.deploy.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The signals that would end this process, while it runs another one: they are that one's, and this
 * process goes on to tidy up after it. One that comes before there is another process interrupts
 * the thread that was to start it.
 */
final class CommandSignals implements AutoCloseable {

  private static final List<String> NAMES = List.of("TERM", "INT", "HUP");

  private record Before(Signal signal, SignalHandler handler) {}

  private final Thread starter;
  private final boolean terminal;
  private final List<Before> before = new ArrayList<>();
  private volatile @Nullable Process command;
  private volatile int seen;

  private CommandSignals(Thread starter, boolean terminal) {
    this.starter = starter;
    this.terminal = terminal;
  }

  /**
   * @param terminal whether a person's Ctrl-C reaches the command without our doing
   */
  static CommandSignals toThisThread(boolean terminal) {
    CommandSignals signals = new CommandSignals(Thread.currentThread(), terminal);
    for (String name : NAMES) {
      try {
        Signal signal = new Signal(name);
        signals.before.add(new Before(signal, Signal.handle(signal, signals::received)));
      } catch (IllegalArgumentException e) {
        // Where the JVM was told to leave signals alone (-Xrs), they end it at once.
      }
    }
    return signals;
  }

  /** The number of the last one that came; 0 while none did. */
  int seen() {
    return seen;
  }

  /** From now on they are its own; one that has come already, too. */
  synchronized void passTo(Process process) {
    command = process;
    if (seen != 0) {
      process.destroy();
    }
  }

  /** As it was before. */
  @Override
  public void close() {
    for (Before one : before) {
      SignalHandler unused = Signal.handle(one.signal(), one.handler());
    }
  }

  /** On a thread of the JVM for each signal. */
  private synchronized void received(Signal signal) {
    seen = signal.getNumber();
    Process process = command;
    if (process == null) {
      starter.interrupt();
    } else if (!(terminal && signal.getName().equals("INT"))) {
      pass(signal, process);
    }
  }

  private static void pass(Signal signal, Process process) {
    try {
      Process unused =
          new ProcessBuilder("kill", "-" + signal.getName(), Long.toString(process.pid())).start();
    } catch (IOException e) {
      // Without the command kill the JVM can still ask a process to end.
      process.destroy();
    }
  }
}
