package io.remuda.deploy.task;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What a {@link ChildJvm} is told by whoever started it. This process halts as soon as that one has
 * ended, whatever it is doing: nobody else would end it. So a child opens them before all else.
 */
final class Orders {

  /** How a process ends whose parent has. */
  static final int ORPHANED = 43;

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  private Orders() {}

  static Orders open() {
    Orders orders = new Orders();
    Thread reader = new Thread(orders::read, "orders");
    reader.setDaemon(true);
    reader.start();
    return orders;
  }

  /** The next line. */
  String await() {
    try {
      return told.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        told.add(line);
      }
    } catch (IOException e) {
      // As its end: there is nobody to hear from.
    } finally {
      Runtime.getRuntime().halt(ORPHANED);
    }
  }
}
