package io.remuda.protocol.model;

/** How an engine is asked to go on with a text that another one began. */
public enum Continues {
  /** It is not, or nobody has said that it can be. */
  NONE,
  /** Its completions go on where their prompt ends; its chat does not. */
  PROMPT,
  /** Its chat goes on with a last message that is the assistant's; completions as in PROMPT. */
  LAST_MESSAGE,
  /**
   * The same where {@code continue_final_message} is true and {@code add_generation_prompt} false.
   */
  FLAGGED_MESSAGE;

  /** Whether a text of completions can go on there. */
  public boolean prompts() {
    return this != NONE;
  }

  /** Whether a chat's answer can go on there. */
  public boolean messages() {
    return this == LAST_MESSAGE || this == FLAGGED_MESSAGE;
  }
}
