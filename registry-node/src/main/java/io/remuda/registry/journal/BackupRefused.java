package io.remuda.registry.journal;

import org.jspecify.annotations.Nullable;

/** A journal or a backup that cannot be read, or must not be written, with what to do about it. */
public final class BackupRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean missing;

  private BackupRefused(boolean missing, String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
    this.missing = missing;
  }

  BackupRefused(String sentence) {
    this(false, sentence, null);
  }

  BackupRefused(String sentence, Throwable cause) {
    this(false, sentence, cause);
  }

  static BackupRefused missing(String sentence) {
    return new BackupRefused(true, sentence, null);
  }

  /** Whether there is nothing where it was looked for. */
  public boolean isMissing() {
    return missing;
  }
}
