package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;

import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Deployment changes a second through the registry against the raw commits of the same PostgreSQL,
 * with 1 and 8 clients, each waiting for its answer before its next change.
 *
 * <p>Run with the test class path: {@code java -cp ... io.remuda.registry.JournalBenchmark
 * jdbc:postgresql://127.0.0.1:5432/bench user password [seconds]}. The server must keep its
 * commits: with {@code fsync} off the comparison is with memory.
 */
final class JournalBenchmark {

  private JournalBenchmark() {}

  private interface Work {
    void once(int client, int turn) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 3) {
      System.err.println("usage: JournalBenchmark <jdbc url> <user> <password> [seconds]");
      Runtime.getRuntime().halt(2);
    }
    run(args[0], args[1], args[2], args.length > 3 ? Integer.parseInt(args[3]) : 10);
    Runtime.getRuntime().halt(0);
  }

  private static void run(String url, String user, String password, int seconds) throws Exception {
    Path data = Files.createTempDirectory("remuda-bench");
    Map<String, Object> journal =
        Map.of(
            "remuda.journal.url", url,
            "remuda.journal.user", user,
            "remuda.journal.password", password);
    try (TestRegistry registry = TestRegistry.start(data, journal).awaitReady()) {
      for (int clients : new int[] {1, 8}) {
        for (int client = 0; client < clients; client++) {
          registry.deploy(aSpec().named("bench-" + client).replicas(0).build());
        }
        // The engine is nowhere, so that a change is a change and nothing follows from it.
        Work change =
            (client, turn) -> {
              if (registry.scale("bench-" + client, turn % 2).refused().isPresent()) {
                throw new IllegalStateException("a change was refused");
              }
            };
        measure(change, clients, 3);
        double raw = raw(url, user, password, clients, seconds);
        double changes = measure(change, clients, seconds);
        System.out.printf(
            "clients=%d raw=%.0f commits/s registry=%.0f changes/s ratio=%.2f%n",
            clients, raw, changes, changes / raw);
      }
    }
  }

  /** One durable row a commit, of the size of an event. */
  private static double raw(String url, String user, String password, int clients, int seconds)
      throws Exception {
    List<Connection> connections = new ArrayList<>();
    List<PreparedStatement> inserts = new ArrayList<>();
    try {
      for (int i = 0; i < clients; i++) {
        Connection connection = DriverManager.getConnection(url, user, password);
        connections.add(connection);
        if (i == 0) {
          connection
              .createStatement()
              .execute("CREATE TABLE IF NOT EXISTS raw (id BIGSERIAL PRIMARY KEY, b BYTEA)");
        }
        inserts.add(connection.prepareStatement("INSERT INTO raw (b) VALUES (?)"));
      }
      byte[] row = new byte[200];
      Work insert =
          (client, turn) -> {
            inserts.get(client).setBytes(1, row);
            inserts.get(client).executeUpdate();
          };
      measure(insert, clients, 2);
      return measure(insert, clients, seconds);
    } finally {
      for (Connection connection : connections) {
        close(connection);
      }
    }
  }

  private static double measure(Work work, int clients, int seconds) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(clients);
    try {
      long end = System.nanoTime() + seconds * 1_000_000_000L;
      List<Callable<Integer>> loops = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int client = i;
        loops.add(
            () -> {
              int turns = 0;
              while (System.nanoTime() < end) {
                work.once(client, ++turns);
              }
              return turns;
            });
      }
      long start = System.nanoTime();
      int total = 0;
      for (Future<Integer> loop : pool.invokeAll(loops)) {
        total += loop.get();
      }
      return total * 1e9 / (System.nanoTime() - start);
    } finally {
      pool.shutdown();
    }
  }

  private static void close(Connection connection) throws SQLException {
    connection.close();
  }
}
