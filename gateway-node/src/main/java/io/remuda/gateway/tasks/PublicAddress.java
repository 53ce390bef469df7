package io.remuda.gateway.tasks;

import java.net.Inet6Address;
import java.net.InetAddress;

/** Tells addresses of the world from those of this machine, its network and its neighbours. */
final class PublicAddress {

  private PublicAddress() {}

  static boolean is(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address ? isPublic6(bytes) : isPublic4(bytes, 0);
  }

  private static boolean isPublic4(byte[] bytes, int at) {
    int first = bytes[at] & 0xff;
    int second = bytes[at + 1] & 0xff;
    int third = bytes[at + 2] & 0xff;
    boolean carrier = first == 100 && second >= 64 && second <= 127;
    boolean benchmark = first == 198 && (second == 18 || second == 19);
    boolean documents =
        (first == 192 && second == 0 && (third == 0 || third == 2))
            || (first == 198 && second == 51 && third == 100)
            || (first == 203 && second == 0 && third == 113);
    boolean site =
        first == 10
            || first == 127
            || first == 0
            || (first == 172 && second >= 16 && second <= 31)
            || (first == 192 && second == 168)
            || (first == 169 && second == 254);
    return !carrier && !benchmark && !documents && !site && first < 224;
  }

  private static boolean isPublic6(byte[] bytes) {
    int first = bytes[0] & 0xff;
    boolean unique = (first & 0xfe) == 0xfc;
    boolean documents = first == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == -72;
    // 64:ff9b::/96 and 2002::/16 carry an IPv4 address that is reached in the end.
    boolean translated = first == 0 && bytes[1] == 0x64;
    boolean sixToFour = first == 0x20 && bytes[1] == 0x02;
    if (translated) {
      return isPublic4(bytes, 12);
    }
    if (sixToFour) {
      return isPublic4(bytes, 2);
    }
    boolean mappedOrOld = first == 0;
    return !unique && !documents && !mappedOrOld;
  }
}
