package io.remuda.gateway.dialect;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The calls of one streamed answer, counted here: some engines give each of them the same index,
 * and tell them apart by their ids alone.
 */
final class CallNumbers {

  /**
   * The last call that an engine began at one index.
   *
   * @param id empty until a piece tells it
   */
  private record Begun(int number, Optional<String> id) {}

  private final Map<Integer, Begun> begun = new HashMap<>();
  private int next;

  /** The same piece with the number of its call, from 0 on, as its index. */
  ToolPiece numbered(ToolPiece piece) {
    Begun before = begun.get(piece.index());
    Begun call =
        before == null || isAnother(before.id(), piece.id())
            ? new Begun(next++, piece.id())
            : new Begun(before.number(), before.id().or(piece::id));
    begun.put(piece.index(), call);
    return new ToolPiece(call.number(), piece.id(), piece.name(), piece.arguments());
  }

  private static boolean isAnother(Optional<String> open, Optional<String> id) {
    return open.isPresent() && id.isPresent() && !id.equals(open);
  }
}
