package io.remuda.gateway.edge;

import com.typesafe.config.Config;
import io.remuda.gateway.routing.AdmissionSettings;
import io.remuda.gateway.routing.RoutingSettings;
import io.remuda.protocol.ErrorCode;
import java.time.Duration;

/**
 * How the gateway treats requests to models; see {@code remuda.gateway.inference} in
 * reference.conf.
 *
 * @param attempts so many instances are tried before the client is told
 * @param maxWait the longest that a client may ask to be held while its model loads
 * @param defaultWait how long it is held when it does not ask
 * @param retryAfter what a client is told when all slots are taken
 * @param loadingRetryAfter what it is told while a model loads
 * @param outOfSightLimit a request of which nothing has come goes to another instance when its
 *     machine is out of sight for so long
 * @param cutOffLimit an answer that has begun and of which nothing more comes is ended when its
 *     machine is out of sight for so long
 * @param heldAnswerBytes answers up to this size are sent in one piece, and an engine that dies in
 *     the middle of one costs the client nothing
 * @param translatedAnswerBytes an answer in one piece, or one event, that must be translated and is
 *     larger is refused
 * @param waiting requests that may be held at one time
 * @param waitingRest after which one that was refused is tried again, when nothing else has changed
 * @param wakeWait how long a request is held that does not ask, where instances start by themselves
 *     when requests wait
 * @param leavingWait the same where all instances are going and the registry is about to say why
 * @param firstTokenWindow streams that began longer ago say nothing of how soon they begin now
 * @param progressComment after which a held stream is told each second how far its model is
 * @param leaseRouteWait how long a request under a lease that is READY waits until it is known here
 *     how its instance is reached
 * @param recentRequests of which it is told what became of them
 * @param resumes how often one stream that breaks off goes on at another instance; 0: never
 * @param resumedTextBytes a stream whose text is longer is not resumed
 * @param resumeWait how long a stream that broke off waits for a slot of another instance
 * @param routing how an instance is chosen
 * @param admission whose turn it is among those that are held
 * @param shadows which requests are sent to another model too
 * @param fallbacks which models answer in place of others
 */
public record InferenceSettings(
    int attempts,
    Duration maxWait,
    Duration defaultWait,
    Duration retryAfter,
    Duration loadingRetryAfter,
    Duration outOfSightLimit,
    Duration cutOffLimit,
    int heldAnswerBytes,
    int translatedAnswerBytes,
    int waiting,
    Duration waitingRest,
    Duration wakeWait,
    Duration leavingWait,
    Duration firstTokenWindow,
    Duration progressComment,
    Duration leaseRouteWait,
    int recentRequests,
    int resumes,
    int resumedTextBytes,
    Duration resumeWait,
    RoutingSettings routing,
    AdmissionSettings admission,
    ShadowSettings shadows,
    FallbackSettings fallbacks) {

  public InferenceSettings {
    if (resumes < 0) {
      throw new IllegalArgumentException(
          "remuda.gateway.inference.resumes is 0 or more, not %d; correct it".formatted(resumes));
    }
    if (resumedTextBytes < 1 || resumeWait.isNegative()) {
      throw new IllegalArgumentException(
          "remuda.gateway.inference.resumed-text-size must be above 0 and resume-wait not below;"
              + " correct them");
    }
  }

  /** What a client is told that was refused so. */
  Duration retryAfter(ErrorCode code) {
    return code.retry() == ErrorCode.Retry.LATER ? loadingRetryAfter : retryAfter;
  }

  /** Reads {@code remuda.gateway.inference}, and what stands beside it for requests to models. */
  public static InferenceSettings from(Config config) {
    Config inference = config.getConfig("remuda.gateway.inference");
    return new InferenceSettings(
        inference.getInt("attempts"),
        inference.getDuration("max-wait"),
        inference.getDuration("default-wait"),
        inference.getDuration("retry-after"),
        inference.getDuration("loading-retry-after"),
        inference.getDuration("out-of-sight-limit"),
        inference.getDuration("cut-off-limit"),
        (int) (long) inference.getBytes("held-answer-size"),
        (int) (long) inference.getBytes("translated-answer-size"),
        inference.getInt("waiting"),
        inference.getDuration("waiting-rest"),
        inference.getDuration("wake-wait"),
        inference.getDuration("leaving-wait"),
        inference.getDuration("first-token-window"),
        inference.getDuration("progress-comment"),
        inference.getDuration("lease-route-wait"),
        inference.getInt("recent-requests"),
        inference.getInt("resumes"),
        (int) (long) inference.getBytes("resumed-text-size"),
        inference.getDuration("resume-wait"),
        RoutingSettings.from(config),
        AdmissionSettings.from(config),
        ShadowSettings.from(config),
        FallbackSettings.from(config));
  }
}
