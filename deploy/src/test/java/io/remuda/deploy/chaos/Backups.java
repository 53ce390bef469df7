package io.remuda.deploy.chaos;

import io.remuda.deploy.fleet.Launched;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;

/** The journal's copies, made and put back as an operator does: by the product's own commands. */
final class Backups {

  private final Path folder;
  private final Map<String, String> environment;

  /**
   * @param folder gets the copies, and what the commands print
   * @param environment of a registry node, which names the journal
   */
  Backups(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
  }

  /** Copies the whole journal. */
  Path make(String name) {
    Path file = folder.resolve(name + ".backup");
    run("backup", file);
    return file;
  }

  /** Fills the journal, which must be empty. */
  void restore(Path file) {
    run("restore", file);
  }

  /** From now on there is nothing in the journal's database, not even a schema. */
  void empty() {
    try (Connection connection =
            DriverManager.getConnection(
                setting("REMUDA_JOURNAL_URL"),
                setting("REMUDA_JOURNAL_USER"),
                setting("REMUDA_JOURNAL_PASSWORD"));
        Statement statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA public CASCADE");
      statement.execute("CREATE SCHEMA public");
    } catch (SQLException e) {
      throw new IllegalStateException("cannot empty the journal", e);
    }
  }

  private String setting(String name) {
    return Objects.requireNonNull(environment.get(name), name);
  }

  private void run(String what, Path file) {
    Launched.Ended ended =
        Launched.run(
            folder.resolve("operator-printed"),
            environment,
            "journal",
            what,
            file.toString(),
            "--data",
            folder.resolve("operator").toString());
    if (ended.exit() != 0) {
      throw new IllegalStateException("journal " + what + " ended with: " + ended.err());
    }
  }
}
