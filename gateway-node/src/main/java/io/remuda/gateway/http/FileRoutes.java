package io.remuda.gateway.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.batches.FileDesk;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.proto.batch.FileRecord;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** Files: inputs of batches, and what came of them. A caller sees its own alone. */
final class FileRoutes {

  static final Need NEED = Need.oneOf(Scope.INFER);
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1_000;
  private static final ContentType LINES = ContentTypes.parse("application/jsonl");

  private final FileDesk desk;

  FileRoutes(FileDesk desk) {
    this.desk = desk;
  }

  List<ApiRoute> endpoints() {
    String tag = "batches";
    return List.of(
        ApiRoute.of(
                "POST",
                "/v1/files",
                NEED,
                tag,
                "Upload a file as multipart/form-data: the parts 'purpose', which is batch, and"
                    + " 'file'",
                this::upload)
            .gives(200, "File"),
        ApiRoute.of("GET", "/v1/files", NEED, tag, "Your files, the newest first", this::list)
            .query("limit", "at most so many, 1 to 1000; 100 when left out")
            .query("after", "the last id of the page before")
            .gives(200, "FileList"),
        ApiRoute.of("GET", "/v1/files/{id}", NEED, tag, "One file, without its content", this::get)
            .gives(200, "File"),
        ApiRoute.of("GET", "/v1/files/{id}/content", NEED, tag, "A file's content", this::content),
        ApiRoute.of("DELETE", "/v1/files/{id}", NEED, tag, "Forget a file", this::delete)
            .gives(200, "DeletedFile"));
  }

  private CompletionStage<HttpResponse> upload(Call call) {
    return TaskRoutes.told(
            desk.upload(TaskRoutes.tenant(call.caller()))
                .thenCompose(upload -> new FileUpload(upload, desk.settings()).take(call)))
        .thenApply(file -> Replies.json(200, BatchViews.file(file)));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    int limit = (int) call.number("limit", PAGE, 1, LARGEST_PAGE);
    return TaskRoutes.told(
            desk.files(TaskRoutes.tenant(call.caller()), limit + 1, call.query("after")))
        .thenApply(
            files ->
                Replies.json(
                    200, BatchViews.page(files, limit, BatchViews::file, FileRecord::getId)));
  }

  private CompletionStage<FileRecord> file(Call call) {
    return TaskRoutes.told(desk.file(TaskRoutes.tenant(call.caller()), call.path("id")));
  }

  private CompletionStage<HttpResponse> get(Call call) {
    return file(call).thenApply(file -> Replies.json(200, BatchViews.file(file)));
  }

  private CompletionStage<HttpResponse> content(Call call) {
    return file(call)
        .thenApply(
            file -> {
              if (file.getBytes() == 0) {
                return Replies.bytes(LINES, new byte[0]);
              }
              Source<ByteString, ?> pieces =
                  Source.from(() -> IntStream.range(0, file.getPieces()).boxed().iterator())
                      .mapAsync(1, piece -> desk.content(file, piece))
                      .map(bytes -> ByteString.fromByteBuffer(bytes.asReadOnlyByteBuffer()));
              return HttpResponse.create()
                  .withStatus(200)
                  .withEntity(HttpEntities.create(LINES, file.getBytes(), pieces));
            });
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    String id = call.path("id");
    return TaskRoutes.told(desk.delete(TaskRoutes.tenant(call.caller()), id))
        .thenApply(
            gone -> {
              ObjectNode json = Json.object();
              json.put("id", id);
              json.put("object", "file");
              json.put("deleted", true);
              return Replies.json(200, json);
            });
  }
}
