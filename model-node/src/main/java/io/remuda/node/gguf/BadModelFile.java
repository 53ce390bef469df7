package io.remuda.node.gguf;

/** A model's file is damaged, cut short, or of a form that is not known; the message says where. */
public final class BadModelFile extends Exception {
  private static final long serialVersionUID = 1L;

  public BadModelFile(String sentence) {
    super(sentence);
  }

  /** What is wrong with the file, for people. */
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
