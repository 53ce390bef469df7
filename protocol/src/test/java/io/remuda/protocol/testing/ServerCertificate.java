package io.remuda.protocol.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server's certificate, signed by itself, so that it is its own issuer's too; made by openssl.
 *
 * @param certificate in PEM form
 * @param key in PEM form, without a password
 */
public record ServerCertificate(Path certificate, Path key) {

  /**
   * Makes one that is valid for two days.
   *
   * @param folder exists; takes both files under {@code name}
   * @param host that it is made for
   */
  public static ServerCertificate make(Path folder, String name, String host) {
    Path openssl =
        Parts.executable("openssl").orElseThrow(() -> Parts.missing("openssl", "install openssl"));
    ServerCertificate made =
        new ServerCertificate(folder.resolve(name + ".pem"), folder.resolve(name + "-key.pem"));
    List<String> line =
        List.of(
            openssl.toString(),
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-keyout",
            made.key().toString(),
            "-out",
            made.certificate().toString(),
            "-subj",
            "/CN=" + host,
            "-addext",
            "subjectAltName=DNS:" + host);
    Path log = folder.resolve(name + ".log");
    try {
      Process process =
          new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile()).start();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(line + " failed:\n" + Files.readString(log));
      }
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + line, e);
    }
  }
}
