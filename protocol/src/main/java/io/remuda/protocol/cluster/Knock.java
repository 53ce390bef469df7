package io.remuda.protocol.cluster;

import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.tls.FleetTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * One question to a contact, asked only to learn why it does not let this node in: what the
 * libraries log of that does not say what to do.
 */
final class Knock {

  private static final int MOST_BYTES = 4096;
  private static final byte TLS_ALERT = 0x15;
  private static final String SAME_FLEET =
      "; give this node a token of the fleet's own authority: remuda join-token";

  private final Greeting own;
  private final Optional<FleetTls> tls;
  private final Duration limit;

  /**
   * @param limit of each step: connecting, and each wait for an answer
   */
  Knock(Greeting own, Optional<FleetTls> tls, Duration limit) {
    this.own = own;
    this.tls = tls;
    this.limit = limit;
  }

  /** Why {@code contact} refuses this node, as a sentence; empty when it does not, or is away. */
  Optional<String> ask(HostPort contact) {
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(contact.host(), contact.port()), millis());
      plain.setSoTimeout(millis());
      return tls.isPresent() ? encrypted(plain, contact, tls.get()) : unencrypted(plain, contact);
    } catch (IOException away) {
      return Optional.empty();
    }
  }

  private Optional<String> encrypted(Socket plain, HostPort contact, FleetTls fleet)
      throws IOException {
    try (Socket socket =
        fleet
            .lastingContext()
            .getSocketFactory()
            .createSocket(plain, contact.host(), contact.port(), true)) {
      ((SSLSocket) socket).setEnabledProtocols(new String[] {FleetTls.PROTOCOL});
      return refusal(talk(socket, contact));
    } catch (SSLException e) {
      String text = String.valueOf(e.getMessage());
      if (RefusedPeers.isNotTls(e)) {
        return Optional.of(
            "it does not speak TLS, and this node has a certificate; give it a join token too, or"
                + " remove tls from the data directory of this one");
      }
      if (text.contains("Received fatal alert")) {
        return Optional.of(
            "it does not take this node's certificate ("
                + fleet.describe()
                + "; "
                + text
                + "): it is of another fleet, or one of the two clocks is wrong"
                + SAME_FLEET);
      }
      return Optional.of(RefusedPeers.reason(e) + SAME_FLEET);
    }
  }

  private Optional<String> unencrypted(Socket socket, HostPort contact) throws IOException {
    byte[] answer = talk(socket, contact);
    if (answer.length == 0 || answer[0] == TLS_ALERT) {
      return Optional.of(
          "it speaks TLS, and this node has no certificate; start it with a join token, which"
              + " 'remuda join-token' makes where the fleet's authority is");
    }
    return refusal(answer);
  }

  private byte[] talk(Socket socket, HostPort contact) throws IOException {
    String question =
        "GET /bootstrap/seed-nodes HTTP/1.1\r\nHost: "
            + contact
            + "\r\nUser-Agent: "
            + own.userAgent()
            + "\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket.getInputStream().readNBytes(MOST_BYTES);
  }

  private static Optional<String> refusal(byte[] answer) {
    String text = new String(answer, StandardCharsets.UTF_8);
    int said = text.indexOf("\r\n\r\nrefused: ");
    return text.startsWith("HTTP/1.1 409") && said > 0
        ? Optional.of(text.substring(said).replace("refused: ", "").strip())
        : Optional.empty();
  }

  private int millis() {
    return (int) limit.toMillis();
  }
}
