/* SPDX-License-Identifier: Apache-2.0 */
/* The table of known formats. To add one, add its description and a test in
 * tests/log_formats_test.c. */
#include "processing/logs/format.h"

const struct fm_logs_format fm_logs_formats[] = {
    /* Container Runtime Interface log; docker and kubectl logs --timestamps come through the
       generic reader */
    {"cri", "<time> <stream=stdout|stderr> <flag=F|P> <*>", false},
    /* RFC 5424; RFC 3164 with and without priority; rsyslog with facility and severity; BSD message
       without a tag */
    {"syslog-5424", "\\<<pri>>1 <time> <host> <component> <pid> <msgid> <sd[]>{ <*>}", false},
    {"syslog-3164", "{\\<<pri>>}<time> <host> <facility>.<level> <component>{[<pid>]}: <*>", false},
    {"syslog-3164", "{\\<<pri>>}<time> <host> <component>{[<pid>]}: <*>", false},
    {"syslog-3164", "{\\<<pri>>}<time> <host> <component>{(<module>)}{[<pid>]}: <*>", false},
    {"syslog-3164", "{\\<<pri>>}<time> <host> <component> <version>: <*>", false},
    /* Kubernetes: github.com/kubernetes/klog; google/glog */
    {"klog", "<letter><klogtime> <pid#> <file>:<line#>] <*>", false},
    /* Apache httpd and nginx: combined and common, with a virtual host before it, with trailing
       values */
    {"access",
     "<client_ip> <_> <user> [<time>] ^\"<request~>\" <status#> <bytes>$ \"<referrer~>\" "
     "\"<agent~>\"{ <more~>}",
     false},
    {"access", "<client_ip> <_> <user> [<time>] ^\"<request~>\" <status#> <bytes>${ <more~>}",
     false},
    {"access",
     "<vhost> <client_ip> <_> <user> [<time>] ^\"<request~>\" <status#> <bytes>${ <more~>}", false},
    {"access", "<client_ip> <_> <user> ^\"<request~>\" <status#> <bytes>${ <more~>}", false},
    /* Apache httpd error log, 2.4 and 2.2 */
    {"apache-error",
     "[<time>] [<component>:<level>] [pid <pid#>{:tid <tid#>}] {[client <client_ip>:<port#>] }<*>",
     false},
    {"apache-error", "[<time>] [<level>] [client <client_ip>] <*>", false},
    {"apache-error", "[<time>] [<level>] <*>", false},
    {"nginx-error", "<time> [<level>] <pid#>#<tid#>: {\\*<connection#> }<*>", false},
    {"postgresql", "<time> [<pid#>{-<n#>}] {[<_>] }{<user>@<database> }<level>: <*>", false},
    {"postgresql", "<time> <session> <_#> <database> <user> [<_>] <pid#> <_#><level>: <*>", false},
    {"mysql", "<time> <thread#> [<level>] [<code>] [<component>] <*>", false},
    {"mysql", "<time> <thread#> [<level>] <*>", false},
    {"mysql-general",
     "<time> <thread#> <command=Query|Connect|Quit|Prepare|Execute|Init DB|Close stmt> <*>", false},
    {"redis", "<pid#>:<role=M|S|C|X> <time> <mark> <*>", false},
    {"redis", "[<pid#>] <time> <mark> <*>", false},
    {"redis", "<pid#>:signal-handler (<time>) <*>", false},
    {"logcat", "<time> <_#> <pid#> <tid#> <letter> <component~>: <*>", false},
    {"logcat", "<time> <pid#> <tid#> <letter> <component~>: <*>", false},
    {"logcat", "<time> <letter>/<component~>(<pid#>): <*>", false},
    {"logcat", "<letter>/<component~>(<pid#>): <*>", false},
    /* Python logging.basicConfig; warnings; the default of many services */
    {"python", "<level>:<component>:<*>", false},
    {"python", "<time> [<pid#>]<level>:<component>:<*>", false},
    /* Go, package log with Lshortfile */
    {"go", "<time> <file>.go:<line#>: <*>", false},
    /* Ruby Logger */
    {"ruby", "<letter>, [<time> #<pid#>] <level> -- <component~>: <*>", false},
    {"cups", "<letter> [<time>] <*>", false},
    {"cups-page", "<printer> <user> <job#> [<time>] <*>", false},
    /* Amazon load balancers and S3 server access logs (AWS documentation) */
    {"aws-alb",
     "<type=http|https|h2|grpcs|ws|wss> <time> <balancer> <client_ip>:<client_port#> <target> <_> "
     "<_> <_> <status> <target_status> <received> <bytes> ^\"<request~>\"$ \"<agent~>\" <more~>",
     false},
    {"aws-elb",
     "<time> <balancer> <client_ip>:<client_port#> <target> <_> <_> <_> <status> <target_status> "
     "<received> <bytes> ^\"<request~>\"${ \"<agent~>\" <more~>}",
     false},
    {"aws-s3",
     "<owner> <bucket> [<time>] <client_ip> <requester> <request_id> <operation> <key> "
     "^\"<request~>\" <status> <error> <bytes>$ <more~>",
     false},
    {"squid",
     "<time> <elapsed#> <client_ip> ^<result>/<status#> <bytes#> <method> <path> <user> "
     "<hierarchy> <type>${ <more~>}",
     false},
    {"uwsgi",
     "[pid: <pid#>|app: <app#>|req: <_>] <client_ip> (<_~>) \\{<_~>\\} [<time>] ^<method> <path> "
     "=> generated <bytes#> bytes in <duration#> msecs (HTTP/<_> <status#>)$ <more~>",
     false},
    /* VMware: vmkernel, hostd and vCenter */
    {"vmkernel", "<time> cpu<cpu#>:<world#>{ opID=<op>})<level>: <*>", false},
    {"vmkernel", "<time> cpu<cpu#>:<world#>{ opID=<op>})<component>: <*>", false},
    {"vmware", "<time> <level> <component>[<pid>] [<origin~>] <*>", false},
    {"vmware", "[<time> <thread> <level> '<component~>'{ <_~>}] <*>", false},
    /* Cisco ASA message in its own right; netfilter target LOG */
    {"cisco-asa", "ASA-<severity#>-<code#>: <*>", false},
    {"strace", "<pid#> <time> <*>", false},
    /* messages inside other formats */
    {"haproxy-http",
     "<client_ip>:<client_port#> [<_~>] <frontend> <backend>/<server> <timers> <status#> <bytes#> "
     "<_> <_> <_> <connections> <queues> {\\{<_~>\\} }{\\{<_~>\\} }\"<request~>\"",
     true},
    {"haproxy-tcp",
     "<client_ip>:<client_port#> [<_~>] <frontend> <backend>/<server> <timers> <bytes#> <_> "
     "<connections> <queues>",
     true},
    {"access", "<client_ip> <_> <user> [<_~>] \"<request~>\" <status#> <bytes>{ <more~>}", true},
    {"access", "<client_ip> <_> <user> \"<request~>\" <status#> <bytes>{ <more~>}", true},
};

const size_t fm_logs_n_formats = sizeof fm_logs_formats / sizeof *fm_logs_formats;
