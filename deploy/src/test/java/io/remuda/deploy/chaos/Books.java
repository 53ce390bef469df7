package io.remuda.deploy.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.check.Checker;
import io.remuda.deploy.check.History;
import io.remuda.deploy.check.Limits;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Observation.Committed;
import io.remuda.deploy.check.Observation.Deployments;
import io.remuda.deploy.check.Observation.LeaseCalled;
import io.remuda.deploy.check.Observation.LeaseHeld;
import io.remuda.deploy.check.Observation.LeaseOver;
import io.remuda.deploy.check.Observation.SchemaAccepted;
import io.remuda.deploy.check.Violation;
import io.remuda.protocol.id.ModelName;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must hold over all rounds: nothing accepted is lost, no number is committed twice, no name
 * stands for two schemas, no instance is two holders'.
 */
final class Books {

  private final List<Observation> changes = new ArrayList<>();

  /** Keeps what of a round counts until the end. */
  void keep(List<Observation> seen) {
    seen.stream()
        .filter(
            each ->
                each instanceof Observation.DeploymentChanged
                    || each instanceof SchemaAccepted
                    || isOfLeases(each))
        .forEach(changes::add);
  }

  /** Compares what was accepted with what is there at the end, and reads the whole journal. */
  List<String> audit(Stage stage, Duration now) {
    List<Observation> all = new ArrayList<>(changes);
    JsonNode list = stage.door().get("/v1/deployments").orElseThrow();
    Map<ModelName, Long> versions = new TreeMap<>();
    list.path("data")
        .forEach(
            each ->
                versions.put(
                    new ModelName(each.path("name").asText()), each.path("version").asLong()));
    all.add(new Deployments(now, versions));
    all.addAll(journal(stage, now));
    return Checker.check(new History(all), Limits.PROMISED).stream()
        // Nothing was watched here, so that nothing can be said of rest.
        .filter(each -> each.seen().stream().anyMatch(Books::counts))
        .map(Violation::text)
        .toList();
  }

  private static boolean counts(Observation seen) {
    return seen instanceof Committed
        || seen instanceof Deployments
        || seen instanceof SchemaAccepted
        || isOfLeases(seen);
  }

  private static boolean isOfLeases(Observation seen) {
    return seen instanceof LeaseHeld || seen instanceof LeaseCalled || seen instanceof LeaseOver;
  }

  private static List<Observation> journal(Stage stage, Duration now) {
    List<Observation> commits = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection(
                stage.database(), stage.postgres().user(), stage.postgres().password());
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT persistence_id, sequence_number, writer FROM event_journal"
                    + " ORDER BY ordering")) {
      while (rows.next()) {
        commits.add(new Committed(now, rows.getString(1), rows.getLong(2), rows.getString(3)));
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the journal", e);
    }
    return commits;
  }
}
