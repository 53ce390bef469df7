package io.remuda.node.external;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaCodec;
import io.remuda.protocol.model.SpecJson.Problem;
import io.remuda.protocol.model.StrictFields;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads what a worker sends to join; every problem at once, each with its field's path. */
final class JoinCodec {

  private static final Set<String> FIELDS =
      Set.of("worker", "model", "schema", "address", "slots", "tasks");
  private static final Set<String> SCHEMA = Set.of("descriptors", "input", "output");
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

  private JoinCodec() {}

  /** Exactly one of the two is present. */
  record Read(Optional<Worker> worker, Optional<Refused> refused) {}

  /**
   * @param hosts at which a worker may answer, beyond loopback
   * @param here whether the worker calls from this machine, whose loopback is its own too
   */
  static Read read(JsonNode body, List<String> hosts, boolean here) {
    StrictFields fields = StrictFields.of(body, "", FIELDS);
    List.of("worker", "model", "schema").forEach(fields::require);
    Optional<String> name = matching(fields, "worker", NAME);
    Optional<ModelName> model =
        matching(fields, "model", ModelName.SHAPE).flatMap(ModelName::parse);
    Optional<URI> address =
        fields.text("address").flatMap(text -> address(fields, text, hosts, here));
    OptionalInt slots = fields.integer("slots", 1, ModelSpec.MAX_SLOTS);
    boolean tasks = fields.bool("tasks", false);
    if (fields.isAbsent("address") && !tasks) {
      fields.problem(
          "address",
          "address is missing: say where POST /predict is answered, or tasks: true to take tasks"
              + " from their queue");
    }
    Optional<Schema> schema = fields.object("schema", SCHEMA).flatMap(JoinCodec::schema);
    return fields.hasProblems()
        ? new Read(Optional.empty(), Optional.of(refused(fields.problems())))
        : new Read(
            Optional.of(
                new Worker(
                    name.orElseThrow(),
                    model.orElseThrow(),
                    schema.orElseThrow(),
                    address,
                    slots,
                    tasks)),
            Optional.empty());
  }

  private static Optional<String> matching(StrictFields fields, String key, String shape) {
    Optional<String> text = fields.text(key);
    if (text.isPresent() && (!text.get().matches(shape) || text.get().contains(".."))) {
      fields.problem(
          key, key + " '" + StrictFields.shown(text.get()) + "' does not match " + shape);
      return Optional.empty();
    }
    return text;
  }

  private static Optional<Schema> schema(StrictFields fields) {
    SCHEMA.stream().sorted().forEach(fields::require);
    Optional<String> descriptors = fields.text("descriptors");
    Optional<String> input = fields.text("input");
    Optional<String> output = fields.text("output");
    if (descriptors.isEmpty() || input.isEmpty() || output.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(SchemaCodec.parse(descriptors.get(), input.get(), output.get()));
    } catch (IllegalArgumentException e) {
      fields.problem("descriptors", "schema.descriptors: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Whatever a worker names is called by this machine, so it may only name its own. */
  private static Optional<URI> address(
      StrictFields fields, String text, List<String> hosts, boolean here) {
    try {
      URI uri = new URI(text);
      String host = uri.getHost();
      boolean plain =
          "http".equals(uri.getScheme())
              && host != null
              && uri.getPort() > 0
              && uri.getRawUserInfo() == null
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null
              && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
      if (!plain) {
        fields.problem("address", "address is http://host:port and nothing more");
        return Optional.empty();
      }
      if (isLoopback(host) && !here) {
        fields.problem(
            "address",
            "address is on loopback, and the worker calls from another machine; join the machine"
                + " that the worker runs on");
        return Optional.empty();
      }
      if (!isLoopback(host) && !hosts.contains(host)) {
        fields.problem(
            "address",
            "address has the host "
                + StrictFields.shown(host)
                + ", which this machine does not call; listen on 127.0.0.1, or have its admin add"
                + " the host to remuda.node.workers.hosts");
        return Optional.empty();
      }
      return Optional.of(new URI("http", null, host, uri.getPort(), null, null, null));
    } catch (URISyntaxException e) {
      fields.problem("address", "address is no address: " + StrictFields.shown(e.getReason()));
      return Optional.empty();
    }
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.[0-9]{1,3}){3}");
  }

  private static Refused refused(List<Problem> problems) {
    return Refused.of(
            ErrorCode.INVALID_REQUEST,
            String.join("; ", problems.stream().map(Problem::text).toList()))
        .with(
            problems.stream()
                .map(problem -> new Refused.Detail(problem.path(), "field", problem.text()))
                .toList());
  }
}
