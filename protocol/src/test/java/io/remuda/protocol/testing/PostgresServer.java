package io.remuda.protocol.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A real PostgreSQL for tests: the one that {@code REMUDA_TEST_POSTGRES} names by a JDBC address,
 * else one of this JVM's own from an installed or a Maven-provided binary.
 *
 * <p>Creating databases needs the JDBC driver on the test's class path. {@link #stop}, {@link
 * #kill} and {@link #restart} work on own servers only ({@link #own}).
 */
public final class PostgresServer {

  static final String LOOPBACK = "127.0.0.1";

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final String host;
  private final int port;
  private final String user;
  private final String password;
  private final Optional<ServerProcess> process;

  private PostgresServer(
      String host, int port, String user, String password, Optional<ServerProcess> process) {
    this.host = host;
    this.port = port;
    this.user = user;
    this.password = password;
    this.process = process;
  }

  /** The server all tests of this JVM share; each test takes its own {@link #newDatabase}. */
  public static PostgresServer shared() {
    return Shared.SERVER.get();
  }

  /** A server whose files lie on this machine: the shared one, where it does. */
  public static PostgresServer here() {
    return shared().process.isPresent() ? shared() : own();
  }

  /** A server of the caller's own, which it may stop, kill and start again. */
  public static PostgresServer own() {
    return own(LOOPBACK, Optional.empty());
  }

  /** The same, which speaks TLS with those who want it. */
  public static PostgresServer own(ServerCertificate certificate) {
    return own(LOOPBACK, Optional.of(certificate));
  }

  /**
   * As {@link #own()}, for whoever shares a network with that address of this host, without a
   * password: for networks that nobody else reaches.
   */
  public static PostgresServer own(String host) {
    return own(host, Optional.empty());
  }

  private static PostgresServer own(String host, Optional<ServerCertificate> certificate) {
    PostgresBinaries binaries = PostgresBinaries.find();
    int port = FreePort.next();
    ServerProcess process = binaries.newCluster(host, port, certificate);
    PostgresServer server =
        new PostgresServer(host, port, "postgres", "postgres", Optional.of(process));
    server.restart();
    return server;
  }

  public String host() {
    return host;
  }

  public int port() {
    return port;
  }

  public String user() {
    return user;
  }

  public String password() {
    return password;
  }

  /** Address of a database of this server, without user and password. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }

  /** Makes an empty database and returns its JDBC address. */
  public String newDatabase() {
    String name = "test_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    execute("CREATE DATABASE " + name);
    return jdbcUrl(name);
  }

  /**
   * Makes an empty database whose files lie in {@code folder}, perhaps a disk of its own; the
   * journal of changes that all databases share does not. On own servers only.
   */
  public String newDatabaseIn(Path folder) {
    requireOwn();
    PostgresBinaries.give(folder);
    String name = "test_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    execute("CREATE TABLESPACE " + name + " LOCATION '" + folder + "'");
    execute("CREATE DATABASE " + name + " TABLESPACE " + name);
    return jdbcUrl(name);
  }

  /** Takes away what {@link #newDatabaseIn} made, before its folder goes. */
  public void drop(String database) {
    String name = database.substring(database.lastIndexOf('/') + 1);
    execute("DROP DATABASE " + name + " WITH (FORCE)");
    execute("DROP TABLESPACE " + name);
  }

  private void execute(String sql) {
    try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"), user, password);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(sql + " fails on " + jdbcUrl("postgres"), e);
    }
  }

  /** Starts the server again on the same port and data, and waits until it answers. */
  public void restart() {
    ServerProcess own = requireOwn();
    Eventually.passes(
        "PostgreSQL starts",
        START_LIMIT,
        () -> {
          // After a kill the old backends hold the shared memory for a moment.
          own.start();
          own.awaitReady(START_LIMIT, this::answers);
        });
  }

  /** Stops the server in good order; its data stays. */
  public void stop() {
    requireOwn().stop("INT", STOP_LIMIT);
  }

  /** Ends the server at once, as a crash would; its data stays. */
  public void kill() {
    requireOwn().kill();
  }

  /** Whether the server lets its user in now; asked with the wire protocol, without a driver. */
  public boolean answers() {
    try (Socket socket = new Socket(InetAddress.getByName(host), port)) {
      socket.setSoTimeout(2_000);
      byte[] parameters =
          ("user\0" + user + "\0database\0postgres\0\0").getBytes(StandardCharsets.US_ASCII);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(8 + parameters.length);
      out.writeInt(0x00030000);
      out.write(parameters);
      out.flush();
      return new DataInputStream(socket.getInputStream()).readByte() == 'R';
    } catch (IOException e) {
      return false;
    }
  }

  private ServerProcess requireOwn() {
    return process.orElseThrow(
        () -> new IllegalStateException("not ours to stop: REMUDA_TEST_POSTGRES names it"));
  }

  private static PostgresServer at(String jdbcUrl) {
    URI uri = URI.create(jdbcUrl.replaceFirst("^jdbc:", ""));
    Map<String, String> query = QueryString.parse(uri.getQuery());
    return new PostgresServer(
        uri.getHost(),
        uri.getPort() < 0 ? 5432 : uri.getPort(),
        query.getOrDefault("user", "postgres"),
        query.getOrDefault("password", "postgres"),
        Optional.empty());
  }

  /**
   * Folder for a cluster: PostgreSQL refuses root, so root runs it as a user who sees /tmp only.
   */
  static Path folderParent(boolean root) {
    return root ? Path.of("/tmp") : ServerProcess.target();
  }

  private static final class Shared {
    private static final Once<PostgresServer> SERVER =
        new Once<>(
            () ->
                Parts.environment("REMUDA_TEST_POSTGRES")
                    .map(PostgresServer::at)
                    .orElseGet(PostgresServer::own));
  }
}
