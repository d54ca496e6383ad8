/* The limit of any server on this database: the statements of the product's hot transactions, one
 * per round trip, from threads that do nothing else. No HTTP, no JSON, no limits, no notices.
 *
 * limit PORT WORKLOAD THREADS SECONDS USERS PRODUCTS RUN
 * WORKLOAD: draw, redeem or hot. RUN makes ids unique. Prints one line as wrk.lua does.
 */
#include <mysql.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_SAMPLES = 1 << 20 };

static int port, threads, users, products;
static double seconds;
static const char *workload, *run;

struct worker {
    pthread_t thread;
    int number;
    long done, failed;
    int *micros;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int say(MYSQL *db, const char *text)
{
    return mysql_real_query(db, text, strlen(text));
}

/* Move the wallet and write its ledger row; the new balance comes back with the UPDATE. */
static int book(MYSQL *db, int user, int cost, const char *source, const char *id)
{
    char text[1024];
    snprintf(text, sizeof text,
             "UPDATE users SET total_points=last_insert_id(total_points + -%d), "
             "updated_at=UTC_TIMESTAMP(3) WHERE user_id = %d AND total_points >= %d",
             cost, user, cost);
    if (say(db, text))
        return 1;
    snprintf(text, sizeof text,
             "INSERT INTO points_records (user_id, type, points, description, source, "
             "balance_after, related_id, created_at, mac) VALUES (%d, 'spend', -%d, 'limit', '%s', "
             "%llu, '%s', UTC_TIMESTAMP(3), 'limit')",
             user, cost, source, (unsigned long long)mysql_insert_id(db), id);
    return say(db, text);
}

static int draw(MYSQL *db, int user, const char *id)
{
    char text[1024];
    if (say(db, "BEGIN") || book(db, user, 100, "lottery", id))
        return 1;
    snprintf(text, sizeof text,
             "INSERT INTO lottery_records (draw_id, draw_sequence, user_id, prize_id, prize_name, "
             "prize_type, prize_value, angle, draw_type, is_near_miss, points_cost, created_at) "
             "SELECT '%s', 1, %d, prize_id, prize_name, prize_type, prize_value, angle, 'single', 0, "
             "100, UTC_TIMESTAMP(3) FROM lottery_settings WHERE prize_type = 'empty' LIMIT 1",
             id, user);
    return say(db, text) || say(db, "COMMIT");
}

static int redeem(MYSQL *db, int user, int product, const char *id)
{
    char text[1024];
    if (say(db, "BEGIN") || book(db, user, 50, "exchange", id))
        return 1;
    snprintf(text, sizeof text,
             "INSERT INTO exchange_records (user_id, commodity_id, order_id, product_name, quantity, "
             "points_cost, status, pickup_code, exchange_time) VALUES (%d, %d, '%s', 'limit', 1, 50, "
             "'pending', '%.15s', UTC_TIMESTAMP(3))",
             user, product, id, id + 2);
    if (say(db, text))
        return 1;
    snprintf(text, sizeof text,
             "UPDATE commodity_pool SET stock=last_insert_id(stock + -1), "
             "sales_count=sales_count + 1 WHERE commodity_id = %d AND stock >= 1 "
             "AND status = 'active'",
             product);
    return say(db, text) || say(db, "COMMIT");
}

static void *work(void *argument)
{
    struct worker *me = argument;
    unsigned seed = 7919u * (unsigned)(me->number + 1);
    MYSQL *db = mysql_init(NULL);
    if (!mysql_real_connect(db, "127.0.0.1", "root", NULL, "points", port, NULL, 0)) {
        fprintf(stderr, "%s\n", mysql_error(db));
        exit(1);
    }
    say(db, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    for (double end = now() + seconds; now() < end;) {
        char id[64];
        double start = now();
        int user = 1 + (int)(rand_r(&seed) % (unsigned)users);
        int product = strcmp(workload, "hot") ? 1 + (int)(rand_r(&seed) % (unsigned)products) : 1;
        snprintf(id, sizeof id, "LM%s%02x%08lx", run, me->number, me->done + me->failed);
        int bad = strcmp(workload, "draw") ? redeem(db, user, product, id) : draw(db, user, id);
        if (bad) {
            fprintf(stderr, "%s\n", mysql_error(db));
            say(db, "ROLLBACK");
            me->failed++;
            continue;
        }
        if (me->done < MAX_SAMPLES / threads)
            me->micros[me->done] = (int)((now() - start) * 1e6);
        me->done++;
    }
    mysql_close(db);
    return NULL;
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int main(int argc, char **argv)
{
    if (argc != 8)
        return 2;
    port = atoi(argv[1]), workload = argv[2], threads = atoi(argv[3]), seconds = atof(argv[4]);
    users = atoi(argv[5]), products = atoi(argv[6]), run = argv[7];
    mysql_library_init(0, NULL, NULL);
    struct worker *workers = calloc((size_t)threads, sizeof *workers);
    double start = now();
    for (int i = 0; i < threads; i++) {
        workers[i].number = i;
        workers[i].micros = malloc(sizeof(int) * MAX_SAMPLES / (size_t)threads);
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    int *all = malloc(sizeof(int) * MAX_SAMPLES);
    long total = 0, samples = 0, failed = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        long kept = workers[i].done < MAX_SAMPLES / threads ? workers[i].done : MAX_SAMPLES / threads;
        memcpy(all + samples, workers[i].micros, sizeof(int) * (size_t)kept);
        samples += kept, total += workers[i].done, failed += workers[i].failed;
    }
    qsort(all, (size_t)samples, sizeof *all, ascending);
    printf("figures %ld %ld %ld 0 %d %d\n", total, (long)((now() - start) * 1e6), failed,
           samples ? all[samples / 2] : 0, samples ? all[samples * 99 / 100] : 0);
    return 0;
}
