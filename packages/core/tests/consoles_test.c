/* SPDX-License-Identifier: Apache-2.0 */
/* Console output as rows: each form with what its fields must be, each field from its own bytes. */
#include "test.h"

#include "faultmaven/core/consoles.h"
#include "faultmaven/core/intake.h"
#include "faultmaven/core/logs.h"
#include "signals_kit.h"

static const struct fm_console_set *read_text(const char *text)
{
    kit_start();
    kit_add(FM_EVIDENCE_COMMAND_OUTPUT, "host.txt", fm_str_c(text), false);
    assert_int_equal(fm_consoles_processor.run(&kit_in), FM_OK);
    return kit_in.consoles;
}

/* The n-th current row of a kind. */
static const struct fm_console_row *row_of(const struct fm_console_set *s, enum fm_console_kind k,
                                           size_t n)
{
    if (s)
        fm_vec_each (&s->rows, r)
            if ((*r)->kind == k && (*r)->is_current && n-- == 0)
                return *r;
    return NULL;
}

struct want {
    const char *text;
    enum fm_console_kind kind;
    size_t n; /* of the current rows of that kind */
    enum fm_console_field field;
    const char *value, *host;
};

static void check(const struct want *w)
{
    const struct fm_console_row *r = row_of(read_text(w->text), w->kind, w->n);
    print_message("%.50s\n", w->text);
    assert_non_null(r);
    fm_field f = fm_console_get(r, w->field);
    assert_str(f.text, w->value);
    if (w->host)
        assert_str(r->host, w->host);
    fm_str bytes = r->evidence->bytes;
    assert_true(f.span.length > 0 && f.span.offset + f.span.length <= bytes.len);
    assert_true(fm_str_has(fm_str_sub(bytes, f.span.offset, f.span.length), f.text));
    kit_end();
}

TEST(hosts)
{
    static const char top[] =
        "ann@web-3:~$ top -b -n 2\n"
        "top - 14:02:11 up 12 days,  3:04,  2 users,  load average: 1.71, 2.55, 2.02\n"
        "Tasks: 231 total,   1 running, 230 sleeping,   0 stopped,   0 zombie\n"
        "%Cpu(s):  1.2 us,  0.1 sy,  0.0 ni, 98.5 id,  0.1 wa,  0.0 hi,  0.1 si,  0.0 st\n"
        "MiB Mem :  15884.5 total,   8212.3 free,   4102.2 used,   3570.0 buff/cache\n"
        "MiB Swap:   2048.0 total,   2048.0 free,      0.0 used.  11310.1 avail Mem\n\n"
        "    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n"
        "   4121 app       20   0 9824108   2.1g  31220 S   1.0  13.5 812:10.33 java -jar a.jar\n\n"
        "top - 14:02:14 up 12 days,  3:04,  2 users,  load average: 9.71, 8.55, 4.02\n"
        "Tasks: 231 total,   9 running, 220 sleeping,   0 stopped,   2 zombie\n"
        "%Cpu(s): 97.2 us,  2.1 sy,  0.0 ni,  0.4 id,  0.1 wa,  0.0 hi,  0.2 si,  3.5 st\n"
        "MiB Mem :  15884.5 total,    212.3 free,  12102.2 used,   3570.0 buff/cache\n"
        "MiB Swap:   2048.0 total,   2000.0 free,     48.0 used.  3310.1 avail Mem\n\n"
        "    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n"
        "   4121 app       20   0 9824108   2.1g  31220 D 389.0  13.5 812:21.90 java -jar a.jar\n";
    static const char vmstat[] =
        "$ vmstat 1 2\n"
        "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n"
        " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n"
        " 1  0      0 812345  10244 512344    0    0     4    12   90  120  2  1 97  0  0\n"
        " 3  7 902344  10344   1024  20344 4120 8232  9000  9400 1900 2900 12  9  4 75  0\n";
    static const char iostat[] = "Linux 5.10.0-8 (db-1) \t07/01/25 \t_x86_64_\t(4 CPU)\n\n"
                                 "avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n"
                                 "           3.10    0.00    1.20    0.40    0.00   95.30\n\n"
                                 "Device            r/s     w/s  r_await w_await aqu-sz  %util\n"
                                 "sda              1.00    2.00     0.50    0.90   0.01   0.40\n\n"
                                 "avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n"
                                 "           5.10    0.00    2.20   61.40    0.00   31.30\n\n"
                                 "Device            r/s     w/s  r_await w_await aqu-sz  %util\n"
                                 "sda             12.00  902.00    12.50  180.90  42.10  99.80\n";
    static const char ss[] =
        "$ ss -ltnp\n"
        "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
        "LISTEN 129    128          0.0.0.0:8080      0.0.0.0:*    users:((\"java\",pid=9,fd=7))\n"
        "LISTEN 0      4096       127.0.0.1:9000      0.0.0.0:*\n";
    static const char netstat[] =
        "$ netstat -tunap\nActive Internet connections (servers and established)\n"
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State       "
        "PID/Program name\n"
        "tcp        1      0 10.0.0.4:51224          10.0.0.9:443            CLOSE_WAIT  "
        "812/python3\n"
        "udp        0      0 0.0.0.0:68              0.0.0.0:*                           "
        "77/dhclient\n";
    static const struct want cases[] = {
        {top, FM_CONSOLE_CPU, 0, FM_CONSOLE_F_LOAD, "9.71", "web-3"},
        {top, FM_CONSOLE_CPU, 0, FM_CONSOLE_F_CPU_USER, "97.2", NULL},
        {top, FM_CONSOLE_CPU, 0, FM_CONSOLE_F_CPU_STEAL, "3.5", NULL},
        {top, FM_CONSOLE_CPU, 0, FM_CONSOLE_F_ZOMBIES, "2", NULL},
        {top, FM_CONSOLE_MEMORY, 0, FM_CONSOLE_F_AVAILABLE, "3310.1", NULL},
        {top, FM_CONSOLE_MEMORY, 0, FM_CONSOLE_F_SWAP_USED, "48.0", NULL},
        {top, FM_CONSOLE_PROCESS, 0, FM_CONSOLE_F_CPU_SHARE, "389.0", NULL},
        {top, FM_CONSOLE_PROCESS, 0, FM_CONSOLE_F_COMMAND, "java -jar a.jar", NULL},
        {"$ free -h\n               total        used        free      shared  buff/cache   "
         "available\nMem:            15Gi        14Gi       120Mi        10Mi       200Mi       "
         "150Mi\nSwap:          2.0Gi       1.0Gi       1.0Gi\n",
         FM_CONSOLE_MEMORY, 0, FM_CONSOLE_F_AVAILABLE, "150Mi", NULL},
        {"$ ps aux\nUSER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
         "root         1  0.0  0.1 168140 11500 ?        Ss   Jun20   0:09 /sbin/init splash\n"
         "db         812  3.0 71.2 991234 88123 ?        Dl   Jun20  99:09 postgres: writer\n",
         FM_CONSOLE_PROCESS, 1, FM_CONSOLE_F_STATE, "Dl", NULL},
        {"$ ps -ef\nUID          PID    PPID  C STIME TTY          TIME CMD\n"
         "root           1       0  0 Jun20 ?        00:00:09 /sbin/init splash\n",
         FM_CONSOLE_PROCESS, 0, FM_CONSOLE_F_COMMAND, "/sbin/init splash", NULL},
        {vmstat, FM_CONSOLE_CPU, 0, FM_CONSOLE_F_CPU_IOWAIT, "75", NULL},
        {vmstat, FM_CONSOLE_CPU, 0, FM_CONSOLE_F_SWAP_OUT, "8232", NULL},
        {iostat, FM_CONSOLE_CPU, 0, FM_CONSOLE_F_CPU_IOWAIT, "61.40", NULL},
        {iostat, FM_CONSOLE_DEVICE, 0, FM_CONSOLE_F_WRITE_AWAIT, "180.90", NULL},
        {ss, FM_CONSOLE_SOCKET, 0, FM_CONSOLE_F_RECV_Q, "129", NULL},
        {ss, FM_CONSOLE_SOCKET, 0, FM_CONSOLE_F_LOCAL, "0.0.0.0:8080", NULL},
        {ss, FM_CONSOLE_SOCKET, 0, FM_CONSOLE_F_PROCESS, "users:((\"java\",pid=9,fd=7))", NULL},
        {ss, FM_CONSOLE_SOCKET, 1, FM_CONSOLE_F_SEND_Q, "4096", NULL},
        {netstat, FM_CONSOLE_SOCKET, 0, FM_CONSOLE_F_STATE, "CLOSE_WAIT", NULL},
        {netstat, FM_CONSOLE_SOCKET, 1, FM_CONSOLE_F_PROCESS, "77/dhclient", NULL},
        {"$ df -h\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/sda1        50G   49G  1"
         "G  98% /var/lib/my data\n",
         FM_CONSOLE_FILESYSTEM, 0, FM_CONSOLE_F_MOUNT, "/var/lib/my data", NULL},
        {"$ df -i\nFilesystem      Inodes   IUsed IFree IUse% Mounted on\n/dev/sda1      3276800 "
         "3276000 800     99% /\n",
         FM_CONSOLE_FILESYSTEM, 0, FM_CONSOLE_F_INODE_SHARE, "99%", NULL},
        {"$ nproc\n8\n", FM_CONSOLE_SETTING, 0, FM_CONSOLE_F_VALUE, "8", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

TEST(containers)
{
    static const char ps[] =
        "$ docker ps -a\n"
        "CONTAINER ID   IMAGE          COMMAND                  CREATED       STATUS              "
        "          PORTS                  NAMES\n"
        "8f1e2d3c4b5a   shop/api:1.4   \"/entrypoint.sh serve\"   2 hours ago   Restarting (1) 8 "
        "seconds ago                          api\n"
        "1a2b3c4d5e6f   nginx:1.27     \"/docker-entrypoint.…\"   2 hours ago   Up 2 hours "
        "(healthy)             0.0.0.0:80->80/tcp     edge\n";
    static const char inspect[] =
        "$ docker inspect api\n[{\"Id\":\"8f1e\",\"Name\":\"/api\",\"Path\":\"/serve\",\"State\":{"
        "\"Status\":\"exited\",\"OOMKilled\":true,\"ExitCode\":137,\"Error\":\"\",\"Health\":{"
        "\"Status\":\"unhealthy\",\"FailingStreak\":4,\"Log\":[{\"Output\":\"ok\"},{\"Output\":"
        "\"refused\"}]}},\"RestartCount\":3,\"HostConfig\":{\"Memory\":268435456,"
        "\"RestartPolicy\":{\"Name\":\"always\"}},\"NetworkSettings\":{\"Ports\":{\"80/tcp\":null}"
        "}}]\n";
    static const struct want cases[] = {
        {ps, FM_CONSOLE_CONTAINER, 0, FM_CONSOLE_F_STATUS, "Restarting (1) 8 seconds ago", NULL},
        {ps, FM_CONSOLE_CONTAINER, 0, FM_CONSOLE_F_NAME, "api", NULL},
        {ps, FM_CONSOLE_CONTAINER, 1, FM_CONSOLE_F_PORTS, "0.0.0.0:80->80/tcp", NULL},
        {inspect, FM_CONSOLE_CONTAINER, 0, FM_CONSOLE_F_OOM_KILLED, "true", NULL},
        {inspect, FM_CONSOLE_CONTAINER, 0, FM_CONSOLE_F_EXIT_CODE, "137", NULL},
        {inspect, FM_CONSOLE_CONTAINER, 0, FM_CONSOLE_F_HEALTH, "unhealthy", NULL},
        {inspect, FM_CONSOLE_CONTAINER, 0, FM_CONSOLE_F_HEALTH_OUTPUT, "refused", NULL},
        {inspect, FM_CONSOLE_CONTAINER, 0, FM_CONSOLE_F_RESTARTS, "3", NULL},
        {inspect, FM_CONSOLE_CONTAINER, 0, FM_CONSOLE_F_LIMIT, "268435456", NULL},
        {inspect, FM_CONSOLE_CONTAINER, 0, FM_CONSOLE_F_PORTS, "{\"80/tcp\":null}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

TEST(databases)
{
    static const char boxed[] =
        "mysql> SHOW PROCESSLIST;\n"
        "+----+------+-----------+------+---------+------+----------+---------------------+\n"
        "| Id | User | Host      | db   | Command | Time | State    | Info                |\n"
        "+----+------+-----------+------+---------+------+----------+---------------------+\n"
        "|  5 | web  | 10.1.1.1  | shop | Query   |  310 | updating | SELECT a|b FROM t   |\n"
        "|  6 | web  | 10.1.1.1  | NULL | Sleep   |    3 |          | NULL                |\n"
        "+----+------+-----------+------+---------+------+----------+---------------------+\n";
    static const char vertical[] =
        "mysql> show replica status\\G\n"
        "*************************** 1. row ***************************\n"
        "             Replica_IO_State: Waiting for source to send event\n"
        "                  Source_Host: 10.0.0.2\n"
        "           Replica_IO_Running: Yes\n"
        "          Replica_SQL_Running: No\n"
        "               Last_SQL_Error: Duplicate entry '7' for key 'PRIMARY'\n"
        "        Seconds_Behind_Source: NULL\n";
    static const char aligned[] = " pid  | usename | state  |        query        \n"
                                  "------+---------+--------+---------------------\n"
                                  " 4711 | app     | active | SELECT a           +\n"
                                  "      |         |        | FROM b              \n"
                                  " 4712 | app     | idle   | COMMIT              \n"
                                  "(2 rows)\n";
    static const char expanded[] = "-[ RECORD 1 ]---+--------\n"
                                   "pid             | 4711\n"
                                   "state           | idle in transaction\n"
                                   "query           | UPDATE t SET a = 1\n"
                                   "-[ RECORD 2 ]---+--------\n"
                                   "pid             | 4712\n"
                                   "state           | active\n"
                                   "query           | SELECT 1\n";
    static const char csv[] = "pid,datname,state,query\n"
                              "4711,shop,active,\"SELECT 'a, b' FROM t\"\n"
                              "4712,shop,idle,COMMIT\n";
    static const char innodb[] =
        "------------------------\nLATEST DETECTED DEADLOCK\n------------------------\n"
        "2025-07-01 11:20:03 0x7f1\n*** (1) TRANSACTION:\n"
        "TRANSACTION 421, ACTIVE 3 sec starting index read\n"
        "MySQL thread id 42, OS thread handle 1, query id 7 10.0.0.5 shop updating\n"
        "UPDATE stock SET n = n - 1 WHERE id = 7\n"
        "*** (1) WAITING FOR THIS LOCK TO BE GRANTED:\n"
        "RECORD LOCKS space id 5 page no 4 n bits 72 index PRIMARY of table `shop`.`stock` trx id "
        "421 lock_mode X locks rec but not gap waiting\n"
        "*** (2) TRANSACTION:\nTRANSACTION 422, ACTIVE 2 sec\n"
        "MySQL thread id 43, OS thread handle 2, query id 8 10.0.0.6 shop updating\n"
        "UPDATE stock SET n = n - 1 WHERE id = 9\n*** WE ROLL BACK TRANSACTION (2)\n"
        "------------\nTRANSACTIONS\n------------\n";
    static const struct want cases[] = {
        {boxed, FM_CONSOLE_SESSION, 0, FM_CONSOLE_F_TIME, "310", NULL},
        {boxed, FM_CONSOLE_SESSION, 0, FM_CONSOLE_F_QUERY, "SELECT a|b FROM t", NULL},
        {boxed, FM_CONSOLE_SESSION, 1, FM_CONSOLE_F_COMMAND, "Sleep", NULL},
        {vertical, FM_CONSOLE_REPLICA, 0, FM_CONSOLE_F_SQL_RUNNING, "No", NULL},
        {vertical, FM_CONSOLE_REPLICA, 0, FM_CONSOLE_F_ERROR,
         "Duplicate entry '7' for key 'PRIMARY'", NULL},
        {aligned, FM_CONSOLE_SESSION, 0, FM_CONSOLE_F_QUERY, "SELECT a", NULL},
        {aligned, FM_CONSOLE_SESSION, 1, FM_CONSOLE_F_ID, "4712", NULL},
        {expanded, FM_CONSOLE_SESSION, 0, FM_CONSOLE_F_STATE, "idle in transaction", NULL},
        {expanded, FM_CONSOLE_SESSION, 1, FM_CONSOLE_F_QUERY, "SELECT 1", NULL},
        {csv, FM_CONSOLE_SESSION, 0, FM_CONSOLE_F_QUERY, "SELECT 'a, b' FROM t", NULL},
        {innodb, FM_CONSOLE_DEADLOCK, 0, FM_CONSOLE_F_ID, "42", NULL},
        {innodb, FM_CONSOLE_DEADLOCK, 0, FM_CONSOLE_F_TABLE, "`shop`.`stock`", NULL},
        {innodb, FM_CONSOLE_DEADLOCK, 1, FM_CONSOLE_F_QUERY,
         "UPDATE stock SET n = n - 1 WHERE id = 9", NULL},
        {innodb, FM_CONSOLE_DEADLOCK, 1, FM_CONSOLE_F_STATUS, "*** WE ROLL BACK TRANSACTION (2)",
         NULL},
        {" max_connections \n-----------------\n 100\n(1 row)\n", FM_CONSOLE_SETTING, 0,
         FM_CONSOLE_F_VALUE, "100", NULL},
        {"# Memory\nused_memory:1024\nmaxmemory:2048\n", FM_CONSOLE_SETTING, 1, FM_CONSOLE_F_VALUE,
         "2048", NULL},
        {" locktype | relation | pid | mode | granted "
         "\n----------+----------+-----+------+---------"
         "\n relation | orders   | 12 | AccessExclusiveLock | f\n",
         FM_CONSOLE_LOCK, 0, FM_CONSOLE_F_GRANTED, "f", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

TEST(prose_and_damaged_tables_give_no_rows)
{
    static const char *const texts[] = {
        "the total used free space was low\nMemory is fine\n",
        "USER PID\n",
        "State of the union\n",
        "+----+\n| a |\n",
        " pid | state | query\n",
        "-[ RECORD 1 ]\n",
        "*** 1. row ***\n",
        "# Server of the week\nredis is nice\n",
        "LATEST DETECTED DEADLOCK\n",
        "$ docker inspect x\n[{\"State\":\n",
        "CONTAINER ID   IMAGE STATUS NAMES",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct fm_console_set *s = read_text(texts[i]);
        print_message("%s\n", texts[i]);
        assert_true(!s || s->rows.n == 0);
        kit_end();
    }
}

TEST(durations)
{
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {{"42", 42},
                 {"00:01:12", 72},
                 {"1 day 02:03:04", 93784},
                 {"2 days", 172800},
                 {"00:00:00.5", 0.5}};
    double s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(fm_console_seconds(fm_str_c(cases[i].text), &s));
        assert_true(s == cases[i].seconds);
    }
    assert_false(fm_console_seconds(FM_STR("NULL"), &s));
    assert_false(fm_console_seconds(FM_STR("soon"), &s));
}

/* Logs between commands are read by the log engine, and places count from the input's start. */
TEST(logs_of_a_transcript_become_records)
{
    static const char text[] = "$ kubectl logs mill-0\n"
                               "2025-07-01T12:00:00Z INFO started\n"
                               "2025-07-01T12:00:01Z ERROR disk gone\n"
                               "$ docker ps\n"
                               "$ cat /var/log/saw/error.log\n"
                               "2025-07-01T12:00:02Z WARN late\n";
    kit_start();
    kit_add(FM_EVIDENCE_COMMAND_OUTPUT, "t.txt", fm_str_c(text), false);
    assert_int_equal(fm_transcript_logs_processor.run(&kit_in), FM_OK);
    assert_non_null(kit_in.logs);
    assert_int_equal(kit_in.logs->sources.n, 2);
    const struct fm_logs *first = kit_in.logs->sources.items[0].logs;
    assert_int_equal(first->records, 2);
    const struct fm_logs_place *p = &first->templates[1]->examples[0];
    assert_str(fm_str_sub(fm_str_c(text), p->offset, p->length),
               "2025-07-01T12:00:01Z ERROR disk gone");
    assert_str(fm_incident_entity_of(&kit_in, kit_in.logs->sources.items[1].entity).name, "saw");
    kit_end();
}
