package io.remuda.protocol.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The few forms of DER that a certificate is written in; nothing is read here. */
final class Der {

  private static final DateTimeFormatter SHORT =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter LONG =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final Instant LAST_SHORT = Instant.parse("2049-12-31T23:59:59Z");

  private Der() {}

  static byte[] sequence(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return tagged(0x30, all.toByteArray());
  }

  static byte[] integer(BigInteger value) {
    return tagged(0x02, value.toByteArray());
  }

  static byte[] yes() {
    return new byte[] {0x01, 0x01, (byte) 0xff};
  }

  static byte[] octets(byte[] content) {
    return tagged(0x04, content);
  }

  /** {@code unused} of the last byte's bits do not count. */
  static byte[] bits(int unused, byte[] content) {
    byte[] all = new byte[content.length + 1];
    all[0] = (byte) unused;
    System.arraycopy(content, 0, all, 1, content.length);
    return tagged(0x03, all);
  }

  static byte[] oid(String dotted) {
    String[] parts = dotted.split("\\.", -1);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(Integer.parseInt(parts[0]) * 40 + Integer.parseInt(parts[1]));
    for (int i = 2; i < parts.length; i++) {
      int number = Integer.parseInt(parts[i]);
      for (int shift = 28; shift > 0; shift -= 7) {
        if (number >>> shift != 0) {
          all.write(0x80 | (number >>> shift & 0x7f));
        }
      }
      all.write(number & 0x7f);
    }
    return tagged(0x06, all.toByteArray());
  }

  /** In whole seconds, in the form that X.509 asks for before and after 2050. */
  static byte[] time(Instant at) {
    return at.isAfter(LAST_SHORT)
        ? tagged(0x18, LONG.format(at).getBytes(StandardCharsets.US_ASCII))
        : tagged(0x17, SHORT.format(at).getBytes(StandardCharsets.US_ASCII));
  }

  /** The value number {@code number} of a choice or of optional ones, with its own tag kept. */
  static byte[] explicit(int number, byte[] value) {
    return tagged(0xa0 | number, value);
  }

  /** The same with plain bytes in its place. */
  static byte[] implicit(int number, byte[] content) {
    return tagged(0x80 | number, content);
  }

  private static byte[] tagged(int tag, byte[] content) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(tag);
    int length = content.length;
    if (length < 0x80) {
      all.write(length);
    } else {
      int bytes = length > 0xffff ? 3 : length > 0xff ? 2 : 1;
      all.write(0x80 | bytes);
      for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        all.write(length >>> shift & 0xff);
      }
    }
    all.writeBytes(content);
    return all.toByteArray();
  }
}
