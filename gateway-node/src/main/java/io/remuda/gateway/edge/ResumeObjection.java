package io.remuda.gateway.edge;

import java.util.Locale;

/**
 * Why a stream that broke off is not resumed.
 *
 * @param words the end of the sentence that its client is told
 */
record ResumeObjection(Kind kind, String words) {

  /** Of few kinds, by which they are counted. */
  enum Kind {
    /** The gateway resumes none. */
    OFF,
    /** Streams of its address are not resumed. */
    ADDRESS,
    /** Its request asks for more than plain text, or for what cannot be asked for anew. */
    REQUEST,
    /** What came of it is more than plain text of one choice, or too much to be kept. */
    ANSWER,
    /** Nobody could have gone on with it from its beginning on. */
    ALONE,
    /** It was resumed or tried as often as may be. */
    OFTEN,
    /** Its model was removed. */
    GONE,
    /** Whoever could go on has no room. */
    BUSY,
    /** Nobody is left who could go on. */
    NOBODY,
    /** An engine was asked for the rest and did not give it. */
    ENGINE;

    /** As a metric's label. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
