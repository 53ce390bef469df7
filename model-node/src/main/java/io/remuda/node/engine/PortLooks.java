package io.remuda.node.engine;

/**
 * What is made of an engine's port that is not the engine's, look by look. A stranger has to be
 * there twice in a row: the engine may have begun to listen between two questions of one look, and
 * one that is just ending has let go of its files already while its port is still taken; its end is
 * told before the next look.
 */
final class PortLooks {

  /** What one look came to. */
  enum Seen {
    /** Nobody listens yet. */
    NOBODY,
    /** A stranger may listen; the next look tells. */
    PERHAPS_A_STRANGER,
    /** A stranger listens. */
    STRANGER
  }

  private final boolean lookAgain;
  private boolean strangerBefore;

  /**
   * @param lookAgain whether there is a next look; else the first one counts
   */
  PortLooks(boolean lookAgain) {
    this.lookAgain = lookAgain;
  }

  /** One look: whether somebody else than the engine listens. */
  Seen look(boolean stranger) {
    boolean sure = stranger && (strangerBefore || !lookAgain);
    strangerBefore = stranger;
    return sure ? Seen.STRANGER : stranger ? Seen.PERHAPS_A_STRANGER : Seen.NOBODY;
  }
}
