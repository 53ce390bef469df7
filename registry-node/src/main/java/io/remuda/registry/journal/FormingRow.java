package io.remuda.registry.journal;

import io.remuda.protocol.cluster.FormingTurn;
import io.remuda.protocol.config.HostPort;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The row in a shared journal's database that one registry node at a time holds for a while to form
 * the cluster. Its end is counted by the database's clock alone. An embedded journal has no other
 * node to share the turn with.
 */
public final class FormingRow {

  /** Long enough that those who reach the new cluster have joined it and say so to the others. */
  private static final int HELD_SECONDS = 60;

  private final JournalSettings settings;

  public FormingRow(JournalSettings settings) {
    this.settings = settings;
  }

  public FormingTurn turn() {
    return settings.embedded()
        ? FormingTurn.FREE
        : new FormingTurn(
            contact -> CompletableFuture.supplyAsync(() -> ask(contact), FormingRow::aside));
  }

  private static void aside(Runnable blocking) {
    Thread thread = new Thread(blocking, "remuda-forming-turn");
    thread.setDaemon(true);
    thread.start();
  }

  private boolean ask(HostPort contact) {
    try {
      return take(contact);
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  /** Takes the turn, or keeps it; false while another node has it. Blocks, within limits. */
  boolean take(HostPort contact) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                settings.url(), settings.properties(settings.connectionTimeout()));
        PreparedStatement update =
            connection.prepareStatement(
                """
                UPDATE "remuda_forming" SET "contact" = ?, "until" = now() + ? * interval '1 second'
                WHERE "until" <= now() OR "contact" = ?
                """)) {
      update.setString(1, contact.toString());
      update.setInt(2, HELD_SECONDS);
      update.setString(3, contact.toString());
      return update.executeUpdate() == 1;
    }
  }
}
