package io.remuda.gateway.task;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Documents with pieces of bytes beside them, kept where the results of tasks are, so that every
 * gateway of the fleet has the same. Every change is one step. Every stage ends within {@code
 * remuda.tasks.timeout}; one that fails does so with a {@link TaskRefusal}.
 */
public interface Shelf extends AutoCloseable {

  /**
   * A document.
   *
   * @param kind whose lists it is in
   * @param version rises with every change; 1 at first
   * @param expires when it and its pieces may be forgotten
   */
  record Document(
      String id,
      String kind,
      String tenant,
      long version,
      Instant created,
      Instant expires,
      ByteString body) {

    public Document with(ByteString other) {
      return new Document(id, kind, tenant, version, created, expires, other);
    }
  }

  /** Some bytes of an owner; numbers need not be without gaps. */
  record Piece(int number, String mark, ByteString bytes) {}

  /** What is said of a piece, without its bytes. */
  record Mark(int number, String mark) {}

  /**
   * Adds a document.
   *
   * @param open whether somebody has to work on it
   * @return false when there is one of this id, which stays
   */
  CompletionStage<Boolean> add(Document document, boolean open);

  /**
   * Changes a document's body.
   *
   * @param open whether somebody still has to work on it
   * @return false when its version is no longer the one that {@code changed} was made of
   */
  CompletionStage<Boolean> replace(Document changed, boolean open);

  CompletionStage<Optional<Document>> read(String id);

  /** A tenant's documents of one kind, the newest first, from the one after {@code after}. */
  CompletionStage<List<Document>> list(
      String kind, String tenant, int limit, Optional<String> after);

  /** Forgets a document; false when there is none of this id. Its pieces are dropped apart. */
  CompletionStage<Boolean> remove(Document document);

  /**
   * Takes open documents that nobody holds. Nobody else is given them within the lease: after it
   * they can be taken again, so that none is lost with who took it.
   */
  CompletionStage<List<Document>> take(
      String kind, String holder, Instant now, Duration lease, int limit);

  /** Keeps a document until {@code until}; false when it is settled or somebody else holds it. */
  CompletionStage<Boolean> hold(Document document, String holder, Instant until);

  /** Adds a piece; false when its owner has one of this number, which stays. */
  CompletionStage<Boolean> put(String owner, Piece piece, Instant expires);

  /** Those pieces of {@code count} numbers that there are, in order. */
  CompletionStage<List<Piece>> pieces(String owner, int from, int count);

  /** Of all pieces of an owner, in no order. */
  CompletionStage<List<Mark>> marks(String owner);

  /** Forgets all pieces of an owner. */
  CompletionStage<Void> drop(String owner);

  @Override
  void close();
}
