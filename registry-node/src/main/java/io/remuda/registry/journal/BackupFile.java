package io.remuda.registry.journal;

import com.google.protobuf.ByteString;
import io.remuda.registry.proto.backup.PBackupEnd;
import io.remuda.registry.proto.backup.PBackupHeader;
import io.remuda.registry.proto.backup.PBackupRecord;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The form of a backup: gzip over records, each after its length in four bytes; a header first, a
 * checksum last. Written and read record by record, so that its size is no matter.
 */
final class BackupFile {

  private static final int FORM = 1;

  /** No row of a journal is nearly so large: a longer one is damage. */
  private static final int MOST_BYTES = 64 << 20;

  private BackupFile() {}

  /** Writes a backup; without {@link #end} it is none. */
  static final class Writer implements AutoCloseable {
    private final GZIPOutputStream zipped;
    private final DataOutputStream out;
    private final MessageDigest digest = sha256();

    Writer(OutputStream file) throws IOException {
      this.zipped = new GZIPOutputStream(new BufferedOutputStream(file));
      this.out = new DataOutputStream(new BufferedOutputStream(zipped));
    }

    void header(PBackupHeader header) throws IOException {
      write(PBackupRecord.newBuilder().setHeader(header.toBuilder().setForm(FORM)).build());
    }

    void write(PBackupRecord row) throws IOException {
      byte[] bytes = row.toByteArray();
      digest.update(bytes);
      put(bytes);
    }

    /** All of it has been handed to the file. */
    void end() throws IOException {
      PBackupEnd end =
          PBackupEnd.newBuilder().setSha256(ByteString.copyFrom(digest.digest())).build();
      put(PBackupRecord.newBuilder().setEnd(end).build().toByteArray());
      out.flush();
      zipped.finish();
      zipped.flush();
    }

    private void put(byte[] bytes) throws IOException {
      out.writeInt(bytes.length);
      out.write(bytes);
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** Reads a backup from its header to its end; damage anywhere is an {@link IOException}. */
  static final class Reader implements AutoCloseable {
    private final DataInputStream in;
    private final MessageDigest digest = sha256();
    private final PBackupHeader header;

    Reader(Path file) throws IOException {
      InputStream opened = Files.newInputStream(file);
      try {
        this.in =
            new DataInputStream(
                new BufferedInputStream(new GZIPInputStream(new BufferedInputStream(opened))));
        PBackupRecord first = read();
        if (!first.hasHeader()) {
          throw new IOException("it does not begin with a header");
        }
        this.header = first.getHeader();
        if (header.getForm() != FORM) {
          throw new IOException(
              "its form is %d and this version reads form %d; use the version that wrote it"
                  .formatted(header.getForm(), FORM));
        }
      } catch (IOException e) {
        opened.close();
        throw e;
      }
    }

    PBackupHeader header() {
      return header;
    }

    /** The next row, or the end, whose checksum was compared. */
    PBackupRecord next() throws IOException {
      PBackupRecord record = read();
      if (record.hasEnd() && in.read() != -1) {
        throw new IOException("there is more after its end");
      }
      return record;
    }

    private PBackupRecord read() throws IOException {
      int length;
      byte[] bytes;
      try {
        length = in.readInt();
        if (length < 0 || length > MOST_BYTES) {
          throw new IOException("a record of %d bytes cannot be".formatted(length));
        }
        bytes = in.readNBytes(length);
      } catch (EOFException e) {
        throw new IOException("it ends in the middle", e);
      }
      if (bytes.length < length) {
        throw new IOException("it ends in the middle");
      }
      PBackupRecord record = PBackupRecord.parseFrom(bytes);
      if (record.hasEnd()) {
        if (!MessageDigest.isEqual(digest.digest(), record.getEnd().getSha256().toByteArray())) {
          throw new IOException("its checksum is another than that of what it holds");
        }
      } else {
        digest.update(bytes);
      }
      return record;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
