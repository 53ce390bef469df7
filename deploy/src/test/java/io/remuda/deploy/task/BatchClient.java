package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.FileDesk;
import io.remuda.gateway.batches.Upload;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.FileRecord;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** The stage's tenant as it sends batches to a gateway and reads what came of them. */
final class BatchClient {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final TaskStage stage;
  private final BatchDesk desk;
  private final String endpoint;

  /**
   * @param endpoint that all lines name
   */
  BatchClient(TaskStage stage, String endpoint) {
    this.stage = stage;
    this.endpoint = endpoint;
    this.desk =
        new BatchDesk(
            stage::backends,
            BatchSettings.from(stage.config()),
            InstantSource.system(),
            new SecureRandom());
  }

  /** What a gateway knows that was told of the stage's model and of nothing else. */
  static Catalog listing(TaskStage stage, long version, DeploymentPhase phase) {
    return Catalog.EMPTY.with(
        new Listing(
            stage.model,
            version,
            0,
            1,
            phase,
            "jvm",
            Optional.empty(),
            1,
            1,
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Instant.EPOCH,
            false));
  }

  /** The same, for a model that is ready. */
  static Routes ready(TaskStage stage) {
    Routes routes = new Routes();
    routes.merge(listing(stage, 1, DeploymentPhase.READY));
    return routes;
  }

  /**
   * Begins a batch of so many lines, id-1 and so on.
   *
   * @param body of the line of that number, from 1
   * @return the batch's id
   */
  String begin(int lines, IntFunction<String> body) {
    Upload upload = get(desk.files().upload(stage.tenant()));
    for (int number = 1; number <= lines; number++) {
      get(
          upload.add(
              ByteString.copyFromUtf8(
                  "{\"custom_id\":\"id-%d\",\"method\":\"POST\",\"url\":\"%s\",\"body\":%s}\n"
                      .formatted(number, endpoint, body.apply(number)))));
    }
    FileRecord file = get(upload.end("input.jsonl", "batch"));
    return get(desk.create(
            new BatchDesk.Wanted(
                stage.tenant(),
                "",
                file.getId(),
                endpoint,
                Duration.ofHours(1),
                "1h",
                Map.of(),
                Set.of(),
                "")))
        .getId();
  }

  BatchRecord batch(String id) {
    return get(desk.batch(stage.tenant(), id));
  }

  BatchRecord ended(String id, Duration limit) {
    return Eventually.find(
        "batch " + id + " has ended",
        limit,
        () -> Optional.of(batch(id)).filter(each -> each.getCompletedAtMillis() > 0));
  }

  /** Reads a file piece by piece, as a client's download does. */
  void download(String file, Consumer<ByteString> piece) {
    FileDesk files = desk.files();
    FileRecord record = get(files.file(stage.tenant(), file));
    for (int i = 0; i < record.getPieces(); i++) {
      piece.accept(get(files.content(record, i)));
    }
  }

  /** A file of JSON lines. */
  List<JsonNode> lines(String file) {
    List<ByteString> pieces = new ArrayList<>();
    download(file, pieces::add);
    return ByteString.copyFrom(pieces).toStringUtf8().lines().map(BatchClient::json).toList();
  }

  private static JsonNode json(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
