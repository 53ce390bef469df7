package io.remuda.protocol.id;

/** Untrusted text made fit for an error message or a log line: printable and short. */
final class Shown {

  private static final int LIMIT = 80;

  private Shown() {}

  static String of(String raw) {
    String cut = raw.length() > LIMIT ? raw.substring(0, LIMIT) + "…" : raw;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
