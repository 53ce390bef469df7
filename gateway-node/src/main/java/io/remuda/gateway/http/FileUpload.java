package io.remuda.gateway.http;

import akka.Done;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.Multipart;
import akka.http.javadsl.unmarshalling.Unmarshaller;
import akka.http.scaladsl.model.EntityStreamSizeException;
import akka.stream.Materializer;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.Upload;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.batch.FileRecord;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/**
 * Reads an upload as it comes: the store has one piece before the next is read, so a large file
 * takes no more memory than a small one. What was stored of one that breaks off is forgotten.
 */
final class FileUpload {

  /** Boundaries, headers of parts and the small parts beside the file. */
  private static final long AROUND = 64 * 1024;

  private static final int LONGEST_PURPOSE = 64;
  private static final int LONGEST_NAME = 255;

  private final Upload upload;
  private final BatchSettings settings;
  // Parts come one after the other.
  private Optional<String> filename = Optional.empty();
  private String purpose = "";

  FileUpload(Upload upload, BatchSettings settings) {
    this.upload = upload;
    this.settings = settings;
  }

  CompletionStage<FileRecord> take(Call call) {
    var media = call.request().entity().getContentType().mediaType();
    if (!media.mainType().equals("multipart") || !media.subType().equals("form-data")) {
      return Refusal.failed(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "the body is "
              + media
              + "; send "
              + MediaTypes.MULTIPART_FORM_DATA
              + " with the parts 'purpose' and 'file'");
    }
    if (call.request().entity().getContentLengthOption().orElse(0)
        > settings.fileLimit() + AROUND) {
      return CompletableFuture.failedStage(tooLarge());
    }
    Materializer materializer = call.materializer();
    return Unmarshaller.entityToMultipartFormData()
        .unmarshal(
            call.request().entity().withSizeLimit(settings.fileLimit() + AROUND),
            materializer.executionContext(),
            materializer)
        .thenCompose(
            form ->
                form.getParts()
                    .mapAsync(1, part -> part(part, materializer))
                    .completionTimeout(settings.uploadTimeout())
                    .runFold(Done.getInstance(), (done, next) -> done, materializer))
        .thenCompose(done -> end())
        .whenComplete(
            (file, failure) -> {
              if (failure != null) {
                upload.abandon();
              }
            })
        .exceptionally(
            failure -> {
              throw refusal(failure);
            });
  }

  private CompletionStage<Done> part(Multipart.FormData.BodyPart part, Materializer materializer) {
    Source<ByteString, ?> bytes = part.getEntity().getDataBytes();
    switch (part.getName()) {
      case "file" -> {
        if (filename.isPresent()) {
          throw Refusal.of(
              ErrorCode.INVALID_REQUEST,
              "there is more than one part 'file'; send each file in a request of its own",
              "file");
        }
        filename = Optional.of(part.getFilename().orElse("file.jsonl"));
        return bytes
            .mapAsync(
                1,
                some ->
                    upload
                        .add(UnsafeByteOperations.unsafeWrap(some.toArray()))
                        .thenApply(done -> Done.getInstance()))
            .runFold(Done.getInstance(), (done, next) -> done, materializer);
      }
      case "purpose" -> {
        return bytes
            .runFold(
                ByteString.emptyByteString(),
                (all, some) -> all.size() > LONGEST_PURPOSE ? all : all.concat(some),
                materializer)
            .thenApply(
                all -> {
                  purpose = all.decodeString(StandardCharsets.UTF_8).strip();
                  return Done.getInstance();
                });
      }
      default -> {
        // Such as expires_after: files are kept for the time that is configured.
        return bytes.runFold(Done.getInstance(), (done, some) -> done, materializer);
      }
    }
  }

  private CompletionStage<FileRecord> end() {
    if (filename.isEmpty()) {
      throw Refusal.of(ErrorCode.INVALID_REQUEST, "the part 'file' is missing", "file");
    }
    if (!purpose.equals("batch")) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "the part 'purpose' is batch, the one purpose here",
          "purpose");
    }
    String name = filename.get();
    return upload.end(
        name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name, purpose);
  }

  private Refusal tooLarge() {
    return Refusal.of(
        ErrorCode.TOO_LARGE,
        "the file has more than "
            + settings.fileLimit()
            + " bytes, the most that remuda.gateway.batches.file-limit allows; send several files",
        "file");
  }

  private RuntimeException refusal(Throwable failure) {
    Throwable cause = Refusal.causeOf(failure);
    if (cause instanceof Refusal refusal) {
      return refusal;
    }
    if (cause instanceof TaskRefusal refusal) {
      return refusal;
    }
    if (cause instanceof EntityStreamSizeException) {
      return tooLarge();
    }
    if (cause instanceof TimeoutException) {
      return Refusal.of(
          ErrorCode.REQUEST_TIMEOUT,
          "the file did not arrive within " + settings.uploadTimeout() + "; send it faster");
    }
    return Refusal.of(
        ErrorCode.INVALID_REQUEST, "the upload could not be read: " + cause.getMessage());
  }
}
