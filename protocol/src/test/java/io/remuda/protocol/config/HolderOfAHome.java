package io.remuda.protocol.config;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A process of its own that holds a data directory until it is ended. */
final class HolderOfAHome {

  private HolderOfAHome() {}

  public static void main(String[] arguments) {
    NodeHome.open(Path.of(arguments[0]), "remuda", Optional.empty(), 0);
    System.out.print('!');
    System.out.flush();
    while (!Thread.currentThread().isInterrupted()) {
      LockSupport.park();
    }
  }
}
