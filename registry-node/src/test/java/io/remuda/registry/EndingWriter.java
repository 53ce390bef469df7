package io.remuda.registry;

import io.remuda.protocol.config.EmbeddedDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Run as a process: writes to the embedded database while its JVM is already ending. */
public final class EndingWriter {

  static final int ROWS = 50;
  private static final long PAUSE = Duration.ofMillis(10).toNanos();

  private EndingWriter() {}

  /**
   * @param args the data directory
   */
  public static void main(String[] args) throws SQLException {
    Connection connection = DriverManager.getConnection(EmbeddedDatabase.url(Path.of(args[0])));
    try (Statement make = connection.createStatement()) {
      make.execute("CREATE TABLE row_of_the_end (n INT)");
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> write(connection)));
  }

  private static void write(Connection connection) {
    try (connection;
        Statement insert = connection.createStatement()) {
      for (int i = 0; i < ROWS; i++) {
        insert.execute("INSERT INTO row_of_the_end VALUES (" + i + ")");
        LockSupport.parkNanos(PAUSE);
      }
    } catch (SQLException e) {
      e.printStackTrace();
    }
  }
}
