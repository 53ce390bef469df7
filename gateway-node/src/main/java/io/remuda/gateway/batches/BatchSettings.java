package io.remuda.gateway.batches;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Limits of files and batches, from {@code remuda.gateway.batches}.
 *
 * @param fileLimit bytes of a file
 * @param uploadTimeout within which a file must have arrived
 * @param lines of a batch
 * @param lineLimit bytes of one line
 * @param tenantFiles that one tenant may keep, outputs of its batches counted
 * @param tenantBytes of these files
 * @param fileTtl for which files and batches are kept
 * @param longestWindow that a client may name
 * @param resultTtl for which a line's result is kept after its end, so that it can be collected
 * @param window lines of one batch that are under way at one time
 * @param windowSize bytes of those lines
 * @param atOnce batches that one gateway drives
 * @param lookPause between two looks for batches that nobody drives
 * @param lease after which another gateway goes on with a batch whose gateway says nothing
 * @param firstPause before the lines under way are looked at again; it doubles
 * @param longestPause that pause at most
 * @param roundLimit within which one look must be over
 * @param idleLimit after which a batch that does not get on makes room for one that waits
 * @param memory bytes that all batches of a gateway may have in memory at one time
 * @param threads that read lines and results
 * @param schemaWait after the end of a batch's window, or its cancelling, until answers that cannot
 *     be read for want of their schema are given as bytes
 * @param removedWait after which lines of a model that was removed are given up
 */
public record BatchSettings(
    long fileLimit,
    Duration uploadTimeout,
    int lines,
    int lineLimit,
    int tenantFiles,
    long tenantBytes,
    Duration fileTtl,
    Duration longestWindow,
    Duration resultTtl,
    int window,
    long windowSize,
    int atOnce,
    Duration lookPause,
    Duration lease,
    Duration firstPause,
    Duration longestPause,
    Duration roundLimit,
    Duration idleLimit,
    long memory,
    int threads,
    Duration schemaWait,
    Duration removedWait) {

  public static BatchSettings from(Config config) {
    Config batches = config.getConfig("remuda.gateway.batches");
    return new BatchSettings(
        batches.getBytes("file-limit"),
        batches.getDuration("upload-timeout"),
        batches.getInt("lines"),
        (int) (long) batches.getBytes("line-limit"),
        batches.getInt("tenant-files"),
        batches.getBytes("tenant-bytes"),
        batches.getDuration("file-ttl"),
        batches.getDuration("longest-window"),
        batches.getDuration("result-ttl"),
        batches.getInt("window"),
        batches.getBytes("window-size"),
        batches.getInt("at-once"),
        batches.getDuration("look-pause"),
        batches.getDuration("lease"),
        batches.getDuration("first-pause"),
        batches.getDuration("longest-pause"),
        batches.getDuration("round-limit"),
        batches.getDuration("idle-limit"),
        batches.getBytes("memory"),
        batches.getInt("threads"),
        batches.getDuration("schema-wait"),
        batches.getDuration("removed-wait"));
  }
}
