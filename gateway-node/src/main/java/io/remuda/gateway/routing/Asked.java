package io.remuda.gateway.routing;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What of a request has a say in where it goes. */
public final class Asked {

  /** Goes wherever the fewest requests are. */
  static final Asked ANYTHING =
      new Asked(RoutingSettings.PLAIN, new PrefixIndex(1), false, Footprint.NONE);

  private final RoutingSettings settings;
  private final PrefixIndex index;
  private final boolean stream;
  private final Footprint footprint;

  private Asked(RoutingSettings settings, PrefixIndex index, boolean stream, Footprint footprint) {
    this.settings = settings;
    this.index = index;
    this.stream = stream;
    this.footprint = footprint;
  }

  /**
   * @param index of all requests of this gateway
   * @param stream whether the client wants one
   * @param session that the client named, if it did
   */
  public static Asked of(
      RoutingSettings settings,
      PrefixIndex index,
      boolean stream,
      String model,
      Optional<String> session,
      ByteBuf body) {
    return new Asked(settings, index, stream, Footprint.of(model, session, body, settings));
  }

  /** One of which an instance knows nothing, wherever it was before. */
  public static Asked unknown(RoutingSettings settings, PrefixIndex index, boolean stream) {
    return new Asked(settings, index, stream, Footprint.NONE);
  }

  /** The request goes to {@code target}, which knows it from now on. */
  public void sentTo(Target target) {
    int tag = target.vitals().tag();
    if (footprint.session() != 0) {
      index.put(footprint.session(), tag);
    }
    for (int i = 0; i < footprint.blocks(); i++) {
      index.put(footprint.block(i), tag);
    }
  }

  RoutingSettings settings() {
    return settings;
  }

  boolean stream() {
    return stream;
  }

  /** The one of {@code targets} that the session was at last. */
  @Nullable Target ofSession(List<Target> targets) {
    return footprint.session() == 0 ? null : named(index.find(footprint.session()), targets);
  }

  /** How many blocks of the beginning one of {@code targets} knows; 0 where none knows any. */
  int knownBlocks(List<Target> targets) {
    for (int i = footprint.blocks(); i > 0; i--) {
      if (named(index.find(footprint.block(i - 1)), targets) != null) {
        return i;
      }
    }
    return 0;
  }

  /** The one that knows so many blocks. */
  @Nullable Target knowing(int blocks, List<Target> targets) {
    return named(index.find(footprint.block(blocks - 1)), targets);
  }

  /** Requests that an instance which knows so many blocks may have more than others. */
  double worth(int blocks) {
    return (double) settings.affinity() * blocks / footprint.blocks();
  }

  private static @Nullable Target named(int tag, List<Target> targets) {
    if (tag != 0) {
      for (Target target : targets) {
        if (target.vitals().tag() == tag) {
          return target;
        }
      }
    }
    return null;
  }
}
