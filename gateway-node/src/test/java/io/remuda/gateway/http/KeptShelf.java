package io.remuda.gateway.http;

import io.remuda.gateway.task.Shelf;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A shelf in memory that keeps the real one's rules. */
final class KeptShelf implements Shelf {

  private final Map<String, Document> documents = new HashMap<>();
  private final Set<String> open = new HashSet<>();
  private final Map<String, Held> holders = new HashMap<>();
  private final Map<String, TreeMap<Integer, Piece>> pieces = new HashMap<>();

  private record Held(String holder, Instant until) {}

  @Override
  public synchronized CompletionStage<Boolean> add(Document document, boolean isOpen) {
    boolean added = documents.putIfAbsent(document.id(), document) == null;
    if (added && isOpen) {
      open.add(document.id());
    }
    return CompletableFuture.completedStage(added);
  }

  @Override
  public synchronized CompletionStage<Boolean> replace(Document changed, boolean staysOpen) {
    Document now = documents.get(changed.id());
    if (now == null || now.version() != changed.version()) {
      return CompletableFuture.completedStage(false);
    }
    documents.put(
        now.id(),
        new Document(
            now.id(),
            now.kind(),
            now.tenant(),
            now.version() + 1,
            now.created(),
            now.expires(),
            changed.body()));
    if (!staysOpen) {
      open.remove(now.id());
    }
    return CompletableFuture.completedStage(true);
  }

  @Override
  public synchronized CompletionStage<Optional<Document>> read(String id) {
    return CompletableFuture.completedStage(Optional.ofNullable(documents.get(id)));
  }

  @Override
  public synchronized CompletionStage<List<Document>> list(
      String kind, String tenant, int limit, Optional<String> after) {
    return CompletableFuture.completedStage(
        documents.values().stream()
            .filter(each -> each.kind().equals(kind) && each.tenant().equals(tenant))
            .sorted(Comparator.comparing(Document::created).thenComparing(Document::id).reversed())
            .dropWhile(each -> after.isPresent() && !each.id().equals(after.get()))
            .skip(after.isPresent() ? 1 : 0)
            .limit(limit)
            .toList());
  }

  @Override
  public synchronized CompletionStage<Boolean> remove(Document document) {
    open.remove(document.id());
    holders.remove(document.id());
    return CompletableFuture.completedStage(documents.remove(document.id()) != null);
  }

  @Override
  public synchronized CompletionStage<List<Document>> take(
      String kind, String holder, Instant now, Duration lease, int limit) {
    List<Document> free =
        documents.values().stream()
            .filter(each -> each.kind().equals(kind) && open.contains(each.id()))
            .filter(each -> isFree(each.id(), now))
            .limit(limit)
            .toList();
    free.forEach(each -> holders.put(each.id(), new Held(holder, now.plus(lease))));
    return CompletableFuture.completedStage(free);
  }

  private boolean isFree(String id, Instant now) {
    Held held = holders.get(id);
    return held == null || !now.isBefore(held.until());
  }

  @Override
  public synchronized CompletionStage<Boolean> hold(
      Document document, String holder, Instant until) {
    Held held = holders.get(document.id());
    boolean kept = held != null && held.holder().equals(holder) && open.contains(document.id());
    if (kept) {
      holders.put(document.id(), new Held(holder, until));
    }
    return CompletableFuture.completedStage(kept);
  }

  @Override
  public synchronized CompletionStage<Boolean> put(String owner, Piece piece, Instant expires) {
    return CompletableFuture.completedStage(
        pieces.computeIfAbsent(owner, any -> new TreeMap<>()).putIfAbsent(piece.number(), piece)
            == null);
  }

  @Override
  public synchronized CompletionStage<List<Piece>> pieces(String owner, int from, int count) {
    return CompletableFuture.completedStage(
        List.copyOf(
            pieces.getOrDefault(owner, new TreeMap<>()).subMap(from, from + count).values()));
  }

  @Override
  public synchronized CompletionStage<List<Mark>> marks(String owner) {
    return CompletableFuture.completedStage(
        pieces.getOrDefault(owner, new TreeMap<>()).values().stream()
            .map(piece -> new Mark(piece.number(), piece.mark()))
            .toList());
  }

  @Override
  public synchronized CompletionStage<Void> drop(String owner) {
    pieces.remove(owner);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {}
}
