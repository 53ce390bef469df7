package io.remuda.gateway.edge;

import java.util.Optional;

/** Brings a request's path into the one form that is matched, authorised and relayed. */
public final class Paths {

  private Paths() {}

  /**
   * The path with doubled and trailing slashes removed and escapes of plain characters undone, so
   * that {@code //models} and {@code /v1//models} are what they mean. Empty when it is malformed or
   * tries to climb: {@code ..}, an escaped slash or backslash, a control character.
   */
  public static Optional<String> canonical(String raw) {
    if (isPlain(raw)) {
      return Optional.of(raw);
    }
    if (!raw.startsWith("/")) {
      return Optional.empty();
    }
    StringBuilder path = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        int code = i + 2 < raw.length() ? hex(raw, i + 1) : -1;
        if (code < 0 || code == '/' || code == '\\' || code < ' ' || code == 127) {
          return Optional.empty();
        }
        if (isUnreserved((char) code)) {
          path.append((char) code);
        } else {
          path.append(raw, i, i + 3);
        }
        i += 2;
      } else if (c == '\\' || c <= ' ' || c == 127) {
        return Optional.empty();
      } else if (c != '/' || path.length() == 0 || path.charAt(path.length() - 1) != '/') {
        path.append(c);
      }
    }
    if (path.length() > 1 && path.charAt(path.length() - 1) == '/' && !keepsItsSlash(path)) {
      path.setLength(path.length() - 1);
    }
    String canonical = path.toString();
    for (String segment : canonical.split("/", -1)) {
      if (segment.equals("..") || segment.equals(".")) {
        return Optional.empty();
      }
    }
    return Optional.of(canonical);
  }

  /** Folders of pages are addressed with their slash. */
  private static boolean keepsItsSlash(CharSequence path) {
    String whole = path.toString();
    return !whole.startsWith("/v1/") && !whole.startsWith("/" + LeaseAddress.SEGMENT + "/");
  }

  private static boolean isPlain(String raw) {
    if (raw.isEmpty() || raw.charAt(0) != '/') {
      return false;
    }
    boolean slash = false;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      boolean isSlash = c == '/';
      if ((isSlash && slash) || !(isSlash || c == '_' || c == '-' || isLetterOrDigit(c))) {
        return false;
      }
      slash = isSlash;
    }
    return !slash || raw.length() == 1;
  }

  private static boolean isUnreserved(char c) {
    return c == '-' || c == '.' || c == '_' || c == '~' || isLetterOrDigit(c);
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static int hex(String raw, int at) {
    int high = Character.digit(raw.charAt(at), 16);
    int low = Character.digit(raw.charAt(at + 1), 16);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
}
