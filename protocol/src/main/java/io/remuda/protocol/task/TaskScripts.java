package io.remuda.protocol.task;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The result store's state changes as Redis scripts. Each runs as one step, so that a state is
 * compared and set with nobody between. Terminal states are final in all of them but {@code
 * revive}. Times are of the server's clock where a worker asks. A task's result lies under the key
 * of its record and {@code :result}. The record names its idempotency key in {@code once}: whatever
 * changes how long the record lives changes the key with it.
 *
 * @param submit KEYS record, the tenant's list, deadlines, idempotency key; ARGV id, model,
 *     fingerprint, tenant, createdAt, deadline, millis that the record lives without an end, digest
 *     of the request ("" without a key), millis that key and list live, prefix of records, millis
 *     that a result lives. Answers id, state, "1" for a conflict
 * @param queued KEYS record. Answers the state that the record now has
 * @param claim KEYS record, deadlines, the tenant's list; ARGV id, nonce, model, fingerprint,
 *     tenant, createdAt, deadline, millis that the record lives beyond the deadline without an end,
 *     millis that a result lives, slack in millis: how long beyond the deadline an end is kept at
 *     least, revivals. Answers the attempt, or 0 when the task has ended. Makes the record anew
 *     when it is lost
 * @param finish KEYS record, deadlines, the tenant's list, what tasks used; ARGV id, attempt,
 *     nonce, state, result, errorCode, errorMessage, millis that the result lives, model,
 *     fingerprint, tenant, createdAt, deadline, slack in millis as for claim, revivals, what it
 *     used, millis that this is kept. Answers 1, or 0 when the claim does not count
 * @param end KEYS record, deadlines; ARGV id, state, errorCode, errorMessage, now, slack in millis
 *     as for claim, and where one later revival makes it void the revivals before. Answers the
 *     state that holds, "" without a record
 * @param revive KEYS record, deadlines; ARGV id, now, millis that the record lives beyond the
 *     deadline without an end, two error codes that may be revived. Answers how often it was
 *     revived by now, 0 when it may not run
 * @param progress KEYS record; ARGV attempt, nonce, percent. Answers 1, or 0 when the claim does
 *     not count
 * @param giveBack KEYS record; ARGV attempt, nonce. The task waits again and was begun once less.
 *     Answers 1, or 0 when the claim does not count
 * @param list KEYS the tenant's list; ARGV limit, id before the page or "", prefix of records.
 *     Answers rows of id, twelve fields, and "1" for a task that is DONE and has no result any more
 */
public record TaskScripts(
    Script submit,
    Script queued,
    Script claim,
    Script finish,
    Script end,
    Script revive,
    Script progress,
    Script giveBack,
    Script list) {

  /**
   * One script.
   *
   * @param digest by which the server knows it once it has seen it
   */
  public record Script(String text, String digest) {}

  public static TaskScripts load() {
    return new TaskScripts(
        read("submit"),
        read("queued"),
        read("claim"),
        read("finish"),
        read("end"),
        read("revive"),
        read("progress"),
        read("give-back"),
        read("list"));
  }

  static Script read(String name) {
    try (InputStream script = TaskScripts.class.getResourceAsStream(name + ".lua")) {
      if (script == null) {
        throw new IllegalStateException("the script " + name + ".lua is not on the class path");
      }
      byte[] text = script.readAllBytes();
      return new Script(new String(text, StandardCharsets.UTF_8), sha1(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Redis names scripts by SHA-1; nothing is protected by it. */
  private static String sha1(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
