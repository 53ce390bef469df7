package io.remuda.gateway.task;

import io.remuda.protocol.task.ServerTrust;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskSettings;
import io.remuda.protocol.task.TaskSql;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Opens the database of tasks. Its tables are made or brought up to date before the first
 * connection is handed out, in a schema and with a history of their own beside the journal's.
 */
final class TaskTables implements TaskDatabase.Connections {

  private final TaskSettings.Database place;
  private final Duration timeout;
  private boolean ready;

  private TaskTables(TaskSettings.Database place, Duration timeout) {
    this.place = place;
    this.timeout = timeout;
  }

  /** The database at {@code place}; returns at once, whether or not it can be reached. */
  static TaskDatabase open(TaskSettings.Database place, TaskSettings settings, Executor callbacks) {
    return new TaskDatabase(
        "remuda-gateway-tasks",
        new TaskTables(place, settings.timeout()),
        settings.databaseThreads(),
        settings.timeout(),
        settings.reconnectMin(),
        callbacks);
  }

  @Override
  public synchronized Connection open() throws SQLException {
    if (!ready) {
      try {
        Flyway.configure()
            .dataSource(place.boundedUrl(timeout), place.user(), place.password())
            .locations(
                "classpath:io/remuda/protocol/task/" + (place.embedded() ? "h2" : "postgresql"))
            .schemas(TaskSql.SCHEMA)
            .table("remuda_tasks_schema_history")
            .loggers("slf4j")
            .load()
            .migrate();
        ready = true;
      } catch (FlywayException e) {
        throw new SQLException(
            ServerTrust.distrust(e, ServerTrust.TASKS_CA)
                .orElse("its tables could not be made: " + e.getMessage()),
            e);
      }
    }
    Properties properties = new Properties();
    properties.setProperty("user", place.user());
    properties.setProperty("password", place.password());
    if (!place.embedded()) {
      // A server that vanished without a word must not hold tasks for longer than anything else.
      properties.setProperty("tcpKeepAlive", "true");
      properties.setProperty("connectTimeout", Long.toString(Math.max(1, timeout.toSeconds())));
      properties.setProperty("socketTimeout", Long.toString(Math.max(1, timeout.toSeconds())));
    }
    return DriverManager.getConnection(place.url(), properties);
  }
}
