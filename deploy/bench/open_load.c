/*
 * Sends requests at given rates whatever becomes of them (an open loop), at random distances as many
 * clients would (Poisson, always the same ones). A request's time counts from when it was to be sent.
 * For each part of the run, and for each second, prints one line of JSON: those admitted (200), those
 * refused (429, 503 and 504), other answers, and those that got none ("lost"), be it that nobody took
 * their connection. A percentile of nothing is null.
 *
 *   cc -O2 -o open_load open_load.c -lm
 *   ./open_load PORT MODEL API-KEY WAIT RATE:SECONDS...      WAIT: x-remuda-wait in seconds, or none
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MOST_CONNECTIONS 8192
#define IN_SIZE 8192
#define SECOND 1000000000L
/* Those under way at the end have so long. */
#define PATIENCE (30 * SECOND)

struct times {
  double *of;
  long count, room;
};

/* What became of the requests of a part of the run, or of a second of it. */
struct tally {
  long sent, others, lost;
  struct times admitted, refused;
};

struct link {
  int fd, open;          /* open: its answer is still to come */
  long due;              /* when its request was to be sent */
  struct tally *part, *second;
  size_t got;
  char in[IN_SIZE + 1];
};

static struct link *links[MOST_CONNECTIONS], *idle[MOST_CONNECTIONS];
static int made, idling, under_way, poller, port;
static char request[2048];
static int request_size;

static long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * SECOND + t.tv_nsec;
}

static void note(struct times *times, double ms) {
  if (times->count == times->room) {
    times->room = times->room ? 2 * times->room : 1024;
    times->of = realloc(times->of, times->room * sizeof *times->of);
  }
  times->of[times->count++] = ms;
}

/* 0, or -1 when nobody takes it: then it is dialled again for its next request. */
static int dial(struct link *l) {
  int yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (l->fd >= 0) close(l->fd);
  l->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (l->fd < 0 || connect(l->fd, (void *)&address, sizeof address)) {
    static int told;
    if (!told++) perror("open_load: a connection");
    if (l->fd >= 0) close(l->fd);
    l->fd = -1;
    return -1;
  }
  setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  struct epoll_event watch = {.events = EPOLLIN, .data.ptr = l};
  epoll_ctl(poller, EPOLL_CTL_ADD, l->fd, &watch);
  return 0;
}

static void lose(struct link *l) {
  l->part->lost++;
  l->second->lost++;
}

static void free_again(struct link *l) {
  l->open = 0;
  l->got = 0;
  under_way--;
  idle[idling++] = l;
}

static int sent(struct link *l) {
  return send(l->fd, request, request_size, MSG_NOSIGNAL) == request_size;
}

static void ask(long due, struct tally *part, struct tally *second) {
  part->sent++;
  second->sent++;
  struct link *l;
  if (idling > 0) {
    l = idle[--idling];
  } else if (made < MOST_CONNECTIONS) {
    l = links[made++] = calloc(1, sizeof *l);
    l->fd = -1;
  } else {
    part->lost++;
    second->lost++;
    return;
  }
  l->due = due;
  l->part = part;
  l->second = second;
  l->open = 1;
  under_way++;
  if (l->fd >= 0 && sent(l)) return;
  /* It is new, or was closed while it was idle. */
  if (dial(l) || !sent(l)) {
    lose(l);
    free_again(l);
  }
}

static void answered(struct link *l, int status) {
  double ms = (now_ns() - l->due) / 1e6;
  if (status == 200) {
    note(&l->part->admitted, ms);
    note(&l->second->admitted, ms);
  } else if (status == 429 || status == 503 || status == 504) {
    note(&l->part->refused, ms);
    note(&l->second->refused, ms);
  } else {
    l->part->others++;
    l->second->others++;
  }
}

static void broken(struct link *l) {
  if (l->open) {
    lose(l);
    free_again(l);
  }
  dial(l);
}

static void hear(struct link *l) {
  ssize_t r = recv(l->fd, l->in + l->got, IN_SIZE - l->got, MSG_DONTWAIT);
  if (r <= 0) {
    if (r == 0 || errno != EAGAIN) broken(l);
    return;
  }
  l->got += r;
  l->in[l->got] = 0;
  char *gap = strstr(l->in, "\r\n\r\n");
  if (gap == NULL) return;
  char *length = strcasestr(l->in, "\r\ncontent-length:");
  if (!l->open || length == NULL || length > gap) {
    broken(l);
    return;
  }
  if (l->got >= (size_t)(gap - l->in) + 4 + atol(length + 17)) {
    char *close = strcasestr(l->in, "\r\nconnection: close");
    answered(l, atoi(l->in + 9));
    free_again(l);
    if (close != NULL && close < gap) dial(l);
  }
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* As JSON. */
static const char *percentile(struct times *times, double share, char text[32]) {
  if (times->count == 0) return "null";
  snprintf(text, 32, "%.2f", times->of[(long)(share * (times->count - 1))]);
  return text;
}

static void tell(const char *what, int number, double rate, struct tally *t) {
  qsort(t->admitted.of, t->admitted.count, sizeof(double), by_size);
  qsort(t->refused.of, t->refused.count, sizeof(double), by_size);
  char texts[4][32];
  printf("{\"%s\":%d,\"rate\":%.1f,\"sent\":%ld,\"admitted\":%ld,\"p50_ms\":%s,\"p99_ms\":%s,"
         "\"refused\":%ld,\"refused_p99_ms\":%s,\"refused_max_ms\":%s,\"others\":%ld,"
         "\"lost\":%ld}\n",
         what, number, rate, t->sent, t->admitted.count, percentile(&t->admitted, .5, texts[0]),
         percentile(&t->admitted, .99, texts[1]), t->refused.count,
         percentile(&t->refused, .99, texts[2]), percentile(&t->refused, 1, texts[3]), t->others,
         t->lost);
}

static void hear_for(long limit, int timer) {
  struct epoll_event ready[256];
  int n = epoll_wait(poller, ready, 256, limit);
  for (int i = 0; i < n; i++) {
    if (ready[i].data.ptr == &poller) {
      long ticks;
      if (read(timer, &ticks, sizeof ticks) < 0) continue;
    } else {
      hear(ready[i].data.ptr);
    }
  }
}

int main(int count, char **words) {
  if (count < 6) {
    fprintf(stderr, "open_load PORT MODEL API-KEY WAIT RATE:SECONDS...\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  port = atoi(words[1]);
  char body[256], wait[64] = "";
  if (strcmp(words[4], "none")) snprintf(wait, sizeof wait, "x-remuda-wait: %s\r\n", words[4]);
  int size = snprintf(body, sizeof body,
                      "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}",
                      words[2]);
  request_size = snprintf(request, sizeof request,
                          "POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\n"
                          "Content-Type: application/json\r\nAuthorization: Bearer %s\r\n%s"
                          "Content-Length: %d\r\n\r\n%s", words[3], wait, size, body);
  poller = epoll_create1(0);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec tick = {{0, 500000}, {0, 500000}};
  timerfd_settime(timer, 0, &tick, NULL);
  struct epoll_event watch = {.events = EPOLLIN, .data.ptr = &poller};
  epoll_ctl(poller, EPOLL_CTL_ADD, timer, &watch);
  int parts = count - 5;
  struct tally *all = calloc(parts, sizeof *all);
  struct tally **seconds = calloc(parts, sizeof *seconds);
  long *length = calloc(parts, sizeof *length);
  double *rates = calloc(parts, sizeof *rates);
  unsigned short dice[3] = {1, 2, 3};
  for (int i = 0; i < parts; i++) {
    char *colon = strchr(words[5 + i], ':');
    rates[i] = atof(words[5 + i]);
    length[i] = colon ? atol(colon + 1) : 1;
    seconds[i] = calloc(length[i], sizeof **seconds);
    long begin = now_ns(), over = begin + length[i] * SECOND;
    double next = begin;
    /* So that whoever watches its memory knows which part it is. */
    fprintf(stderr, "part %d\n", i);
    while (next < over) {
      long now = now_ns();
      while (next <= now && next < over) {
        ask((long)next, &all[i], &seconds[i][(long)(next - begin) / SECOND]);
        next -= log(1 - erand48(dice)) / rates[i] * SECOND;
      }
      hear_for(100, timer);
    }
  }
  for (long over = now_ns() + PATIENCE; under_way > 0 && now_ns() < over;) hear_for(100, timer);
  for (int i = 0; i < made; i++) {
    if (links[i]->open) lose(links[i]);
  }
  for (int i = 0; i < parts; i++) {
    tell("part", i, rates[i], &all[i]);
    for (long s = 0; s < length[i]; s++) tell("second", s, rates[i], &seconds[i][s]);
  }
  return 0;
}
