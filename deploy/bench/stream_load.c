/*
 * Opens streams and measures how late each event arrives: for events that carry the time at which
 * they were due (see fake_engine.c) on the same machine. Each stream is asked for again as soon as it
 * has ended, until the time is over. The first fifth of the time, after all are dialled, is warm-up: when
 * it is over prints "measuring", and at the end one line of JSON. A percentile of nothing is null.
 * "carried" is counted within streams, from each one's first event to its last: of the events that were
 * due in that time, the part that came. How long a stream's first event took beyond the interval after
 * which it is due is told by itself ("first_p50_ms"); one that still waits after a second is an error.
 * Where events are a minute or more apart, prints "open" as soon as each stream has had its first.
 *
 *   cc -O2 -o stream_load stream_load.c
 *   ./stream_load PORT STREAMS SECONDS EVENTS INTERVAL_US [API-KEY]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MARK "\"content\":\"T"
#define LAST "data: [DONE]"
#define BLANK "\r\n\r\n"
/* ns. Who still waits for a first event at the end, and for this long, has failed. */
#define LONG_WAIT 1000000000L

/* Where a stream stands in HTTP: chunks may be cut anywhere, also within an event. */
enum part { HEAD, SIZE, DATA, GAP, LAST_GAP };

struct stream {
  int fd, mark, last, blank, ended, reading;
  enum part part;
  long chunk, value, seen;
  /* When it was asked for, and since when its events are counted. */
  long asked, since;
};

struct figures {
  long *values, count, room;
};

static char request[2048];
static int request_size, poller, port;
static long events, followed, open_ns, interval_ns, streams_done, errors;
static struct figures delays, firsts;

static long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void ask(struct stream *s) {
  s->mark = s->last = s->blank = s->ended = s->reading = 0;
  s->part = HEAD;
  s->chunk = s->seen = s->since = 0;
  s->asked = now_ns();
  if (send(s->fd, request, request_size, MSG_NOSIGNAL) != request_size) errors++;
}

static void dial(struct stream *s) {
  int yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (s->fd >= 0) close(s->fd);
  s->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(s->fd, (void *)&address, sizeof address)) {
    perror("stream_load");
    exit(1);
  }
  setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  struct epoll_event watch = {.events = EPOLLIN, .data.ptr = s};
  epoll_ctl(poller, EPOLL_CTL_ADD, s->fd, &watch);
  ask(s);
}

static void note(struct figures *all, long value) {
  if (all->count == all->room) {
    all->room = all->room ? 2 * all->room : 1 << 16;
    all->values = realloc(all->values, all->room * sizeof *all->values);
  }
  all->values[all->count++] = value;
}

/* A stream's events are counted up to now: the next ones from now on. */
static void count_until(struct stream *s, long now) {
  if (s->since) open_ns += now - s->since;
  s->since = now;
}

static void arrived(struct stream *s, long now) {
  events++;
  note(&delays, now - s->value);
  if (s->seen++) {
    followed++;
  } else {
    note(&firsts, now - s->asked - interval_ns);
  }
  count_until(s, now);
}

/* Feeds one byte to a matcher that has seen `at` bytes of `text`; 1 when it is complete. */
static int match(const char *text, int *at, char c) {
  if (c == text[*at]) {
    if (text[++*at] == 0) {
      *at = 0;
      return 1;
    }
  } else {
    *at = c == text[0];
  }
  return 0;
}

static void content(struct stream *s, char c, long now) {
  if (s->reading) {
    if (c >= '0' && c <= '9') {
      s->value = 10 * s->value + c - '0';
      return;
    }
    s->reading = 0;
    arrived(s, now);
  }
  if (match(MARK, &s->mark, c)) {
    s->reading = 1;
    s->value = 0;
  }
  if (match(LAST, &s->last, c)) s->ended = 1;
}

static void take(struct stream *s, const char *bytes, long size, long now, long expected) {
  for (long i = 0; i < size; i++) {
    char c = bytes[i];
    switch (s->part) {
      case HEAD:
        if (match(BLANK, &s->blank, c)) s->part = SIZE;
        break;
      case SIZE:
        if (c == '\n') {
          s->part = s->chunk ? DATA : LAST_GAP;
        } else if (c != '\r') {
          s->chunk = 16 * s->chunk + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
        }
        break;
      case DATA:
        content(s, c, now);
        if (--s->chunk == 0) s->part = GAP;
        break;
      case GAP:
        if (c == '\n') s->part = SIZE;
        break;
      case LAST_GAP:
        if (c != '\n') break;
        if (!s->ended || s->seen != expected) errors++;
        streams_done++;
        ask(s);
        return;
    }
  }
}

static int by_size(const void *a, const void *b) {
  long x = *(const long *)a, y = *(const long *)b;
  return (x > y) - (x < y);
}

/* In ms, as JSON, of sorted ones. */
static const char *percentile(const struct figures *all, double share, char text[32]) {
  if (all->count == 0) return "null";
  snprintf(text, 32, "%.2f", all->values[(long)(share * (all->count - 1))] / 1e6);
  return text;
}

int main(int count, char **words) {
  if (count < 6) {
    fprintf(stderr, "stream_load PORT STREAMS SECONDS EVENTS INTERVAL_US [API-KEY]\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  port = atoi(words[1]);
  int wanted = atoi(words[2]);
  long seconds = atol(words[3]), expected = atol(words[4]), interval = atol(words[5]);
  char body[256];
  int size = snprintf(body, sizeof body,
                      "{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],"
                      "\"stream\":true,\"max_tokens\":%ld,\"interval_us\":%ld}", expected, interval);
  request_size = snprintf(request, sizeof request,
                          "POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\n"
                          "Content-Type: application/json\r\nAuthorization: Bearer %s\r\n"
                          "Content-Length: %d\r\n\r\n%s", count > 6 ? words[6] : "none", size, body);
  poller = epoll_create1(0);
  interval_ns = interval < 60000000 ? interval * 1000 : 0;
  struct stream *all = calloc(wanted, sizeof *all);
  long spread = interval ? interval * expected / wanted : 0;
  if (interval >= 60000000) spread = 200;
  for (int i = 0; i < wanted; i++) {
    all[i].fd = -1;
    dial(&all[i]);
    usleep(spread > 5000 ? 5000 : spread);
  }
  long begin = now_ns(), warm = begin + seconds * 200000000L, end = begin + seconds * 1000000000L;
  long measured = 0, start = begin, told = 0;
  static char buffer[1 << 18];
  struct epoll_event ready[256];
  for (long now = begin; now < end;) {
    int n = epoll_wait(poller, ready, 256, 100);
    now = now_ns();
    if (!told && interval >= 60000000 && events >= wanted) {
      told = 1;
      puts("open");
      fflush(stdout);
    }
    if (!measured && now > warm) {
      measured = 1;
      start = now;
      delays.count = firsts.count = events = followed = streams_done = errors = 0;
      for (int i = 0; i < wanted; i++) {
        if (all[i].since) all[i].since = now;
      }
      open_ns = 0;
      puts("measuring");
      fflush(stdout);
    }
    for (int i = 0; i < n; i++) {
      struct stream *s = ready[i].data.ptr;
      ssize_t r = recv(s->fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (r > 0) {
        take(s, buffer, r, now_ns(), expected);
      } else if (r == 0 || errno != EAGAIN) {
        errors++;
        dial(s);
      }
    }
  }
  long over = now_ns();
  double took = (over - start) / 1e9;
  for (int i = 0; i < wanted; i++) {
    if (all[i].since) {
      count_until(&all[i], over);
    } else if (interval_ns && over - all[i].asked > interval_ns + LONG_WAIT) {
      errors++;
    }
  }
  double carried = !interval_ns ? 1 : open_ns ? followed * (double)interval_ns / open_ns : 0;
  qsort(delays.values, delays.count, sizeof *delays.values, by_size);
  qsort(firsts.values, firsts.count, sizeof *firsts.values, by_size);
  char texts[4][32];
  printf("{\"streams\":%d,\"events_per_s\":%.0f,\"carried\":%.4f,\"p50_ms\":%s,\"p99_ms\":%s,"
         "\"first_p50_ms\":%s,\"first_p99_ms\":%s,\"events\":%ld,\"errors\":%ld,\"seconds\":%.2f}\n",
         wanted, events / took, carried, percentile(&delays, .5, texts[0]),
         percentile(&delays, .99, texts[1]),
         percentile(&firsts, .5, texts[2]), percentile(&firsts, .99, texts[3]), events, errors, took);
  return 0;
}
