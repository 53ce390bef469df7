package io.remuda.gateway.task;

import com.google.protobuf.ByteString;
import io.lettuce.core.ScriptOutputType;
import io.remuda.protocol.task.ShelfScripts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** Documents and pieces as hashes in Redis. A server that is flushed has forgotten all of them. */
final class RedisShelf implements Shelf {

  private static final String PREFIX = "remuda:shelf:document:";

  private final RedisLink link;
  private final ShelfScripts scripts = ShelfScripts.load();

  RedisShelf(RedisLink link) {
    this.link = link;
  }

  @Override
  public CompletionStage<Boolean> add(Document document, boolean open) {
    return yes(
        link.run(
            scripts.add(),
            ScriptOutputType.INTEGER,
            new String[] {
              PREFIX + document.id(),
              listKey(document.kind(), document.tenant()),
              dueKey(document.kind())
            },
            new byte[][] {
              bytes(document.id()),
              bytes(document.kind()),
              bytes(document.tenant()),
              millis(document.created()),
              millis(document.expires()),
              document.body().toByteArray(),
              bytes(open ? "1" : "0")
            }));
  }

  @Override
  public CompletionStage<Boolean> replace(Document changed, boolean open) {
    return yes(
        link.run(
            scripts.replace(),
            ScriptOutputType.INTEGER,
            new String[] {PREFIX + changed.id(), dueKey(changed.kind())},
            new byte[][] {
              bytes(changed.id()),
              bytes(Long.toString(changed.version())),
              changed.body().toByteArray(),
              bytes(open ? "1" : "0")
            }));
  }

  @Override
  public CompletionStage<Optional<Document>> read(String id) {
    return StoreFailures.explained(link.ask(commands -> commands.hgetall(PREFIX + id)))
        .thenApply(
            fields -> fields.isEmpty() ? Optional.empty() : Optional.of(document(id, fields)));
  }

  @Override
  public CompletionStage<List<Document>> list(
      String kind, String tenant, int limit, Optional<String> after) {
    CompletionStage<List<byte[]>> ids =
        link.run(
            scripts.list(),
            ScriptOutputType.MULTI,
            new String[] {listKey(kind, tenant)},
            Integer.toString(limit),
            after.orElse(""),
            PREFIX);
    return StoreFailures.explained(ids).thenCompose(this::documents);
  }

  @Override
  public CompletionStage<Boolean> remove(Document document) {
    return StoreFailures.explained(link.ask(commands -> commands.del(PREFIX + document.id())))
        .thenApply(count -> count == 1);
  }

  @Override
  public CompletionStage<List<Document>> take(
      String kind, String holder, Instant now, Duration lease, int limit) {
    CompletionStage<List<byte[]>> ids =
        link.run(
            scripts.take(),
            ScriptOutputType.MULTI,
            new String[] {dueKey(kind)},
            Long.toString(now.toEpochMilli()),
            Long.toString(now.plus(lease).toEpochMilli()),
            Integer.toString(limit),
            holder,
            PREFIX);
    return StoreFailures.explained(ids).thenCompose(this::documents);
  }

  @Override
  public CompletionStage<Boolean> hold(Document document, String holder, Instant until) {
    return yes(
        link.run(
            scripts.hold(),
            ScriptOutputType.INTEGER,
            new String[] {PREFIX + document.id(), dueKey(document.kind())},
            document.id(),
            holder,
            Long.toString(until.toEpochMilli())));
  }

  @Override
  public CompletionStage<Boolean> put(String owner, Piece piece, Instant expires) {
    return yes(
        link.run(
            scripts.put(),
            ScriptOutputType.INTEGER,
            new String[] {piecesKey(owner), marksKey(owner)},
            new byte[][] {
              bytes(Integer.toString(piece.number())),
              bytes(piece.mark()),
              piece.bytes().toByteArray(),
              millis(expires)
            }));
  }

  @Override
  public CompletionStage<List<Piece>> pieces(String owner, int from, int count) {
    String[] numbers =
        IntStream.range(from, from + count).mapToObj(Integer::toString).toArray(String[]::new);
    var marks = link.ask(commands -> commands.hmget(marksKey(owner), numbers));
    var bodies = link.ask(commands -> commands.hmget(piecesKey(owner), numbers));
    return StoreFailures.explained(
        marks.thenCombine(
            bodies,
            (said, bytes) -> {
              List<Piece> pieces = new ArrayList<>();
              for (int i = 0; i < bytes.size(); i++) {
                if (bytes.get(i).hasValue()) {
                  String mark = said.get(i).hasValue() ? text(said.get(i).getValue()) : "";
                  pieces.add(
                      new Piece(from + i, mark, ByteString.copyFrom(bytes.get(i).getValue())));
                }
              }
              return pieces;
            }));
  }

  @Override
  public CompletionStage<List<Mark>> marks(String owner) {
    return StoreFailures.explained(link.ask(commands -> commands.hgetall(marksKey(owner))))
        .thenApply(
            marks ->
                marks.entrySet().stream()
                    .map(mark -> new Mark(Integer.parseInt(mark.getKey()), text(mark.getValue())))
                    .toList());
  }

  @Override
  public CompletionStage<Void> drop(String owner) {
    // Unlinked: a large hash is freed aside, while others are served.
    return StoreFailures.explained(
            link.ask(commands -> commands.unlink(piecesKey(owner), marksKey(owner))))
        .thenApply(count -> null);
  }

  /** The connection is the result store's. */
  @Override
  public void close() {}

  private CompletionStage<List<Document>> documents(List<byte[]> ids) {
    List<CompletableFuture<Optional<Document>>> reads =
        ids.stream().map(id -> read(text(id)).toCompletableFuture()).toList();
    return CompletableFuture.allOf(reads.toArray(new CompletableFuture<?>[0]))
        .thenApply(done -> reads.stream().flatMap(read -> read.join().stream()).toList());
  }

  private static Document document(String id, Map<String, byte[]> fields) {
    return new Document(
        id,
        text(fields.getOrDefault("kind", new byte[0])),
        text(fields.getOrDefault("tenant", new byte[0])),
        number(fields, "version"),
        Instant.ofEpochMilli(number(fields, "created")),
        Instant.ofEpochMilli(number(fields, "expires")),
        ByteString.copyFrom(fields.getOrDefault("body", new byte[0])));
  }

  private static CompletionStage<Boolean> yes(CompletionStage<Long> answer) {
    return StoreFailures.explained(answer).thenApply(count -> count == 1);
  }

  private static String listKey(String kind, String tenant) {
    return "remuda:shelf:list:" + kind + ":" + tenant;
  }

  private static String dueKey(String kind) {
    return "remuda:shelf:due:" + kind;
  }

  private static String piecesKey(String owner) {
    return "remuda:shelf:pieces:" + owner;
  }

  private static String marksKey(String owner) {
    return "remuda:shelf:marks:" + owner;
  }

  private static long number(Map<String, byte[]> fields, String name) {
    return Long.parseLong(text(fields.getOrDefault(name, bytes("0"))));
  }

  private static byte[] millis(Instant at) {
    return bytes(Long.toString(at.toEpochMilli()));
  }

  private static byte[] bytes(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }
}
