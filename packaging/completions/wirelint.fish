# fish completion for wirelint; made by scripts/pages from the tables of the program, do not edit.

# The command on the line: the first word behind the program that is none of an option. Without one
# it is audit.
function __wirelint_command
    for word in (commandline -opc)[2..]
        if contains -- $word $__wirelint_commands
            echo $word
            return
        end
    end
    return 1
end

function __wirelint_is
    set -l command (__wirelint_command; or echo audit)
    contains -- $command $argv
end

# Pairs of a rule and what becomes of it
function __wirelint_overrides
    set -l token (commandline -ct | string replace -r '^--rule=' '')
    if string match -q '*=*' -- $token
        set -l id (string split -m 1 = -- $token)[1]
        printf '%s\n' $id=$__wirelint_severities
    else
        printf '%s=\n' $__wirelint_rules
    end
end

function __wirelint_reports
    set -l token (commandline -ct | string replace -r '^--report=' '')
    if string match -q '*=*' -- $token
        set -l format (string split -m 1 = -- $token)
        printf '%s\n' $format[1]=(__fish_complete_path $format[2] | string replace -r '\t.*' '')
    else
        printf '%s=\n' $__wirelint_formats
    end
end

function __wirelint_interfaces
    echo any
    path basename /sys/class/net/* 2>/dev/null; or string replace -r '.*/' '' -- /sys/class/net/*
end

set -g __wirelint_commands audit list stats watch rules profiles explain interfaces config
set -g __wirelint_rules client-treats-interim-as-final continue-repeated continue-then-417 continue-without-expect interim-after-final interim-body interim-connection-close interim-content-length interim-excessive-count interim-hop-by-hop-field interim-labelled-http10 interim-representation-metadata interim-to-http10 interim-transfer-encoding interim-without-final early-hints-misuse resumption-inconsistent resumption-unsolicited client-gave-up continue-late processing-before-request-complete processing-final-late processing-premature processing-without-final silent-gap-no-interim vendor-timeout-mismatch body-abandoned-connection-reused client-keeps-sending-after-error expect-http10-rejected expect-ignored expect-obfuscated expect-unusable expect-wait-forever expect-wait-without-field expect-without-content expectation-failed-for-continue expectation-failed-without-expect expectation-retried final-before-body-no-close rst-destroys-response upgrade-expect-missing-continue h2c-no-stream1-response h2c-upgrade-invalid http-after-switching switching-missing-connection-upgrade switching-preference-ignored switching-to-http10 switching-to-unoffered-protocol switching-unrequested switching-without-upgrade tls-upgrade-no-handshake upgrade-optimistic-data upgrade-required-already-offered upgrade-required-without-upgrade upgrade-without-connection-option ws-accept-invalid ws-extension-unoffered ws-frame-invalid ws-handshake-invalid ws-masking ws-subprotocol-unoffered ws-version-rejection-silent status-code-invalid status-line-malformed status-unregistered status-vendor-code status-withdrawn-code accepted-no-monitor already-reported-misuse created-safe-method created-without-location im-used-misuse multistatus-invalid no-content-framing-field nonauth-info-unproxied reset-content-body content-range-misplaced partial-if-range-mismatch partial-multipart-framing partial-range-mismatch partial-unrequested partial-without-content-range range-request-invalid location-invalid permanent-status-reversed redirect-loop redirect-method-changed redirect-without-location conditional-ignored etag-invalid not-modified-etag-mismatch not-modified-extra-metadata not-modified-without-condition not-modified-wrong-method update-fields-missing challenge-invalid network-auth-misuse proxy-auth-to-direct-client proxy-auth-without-challenge unauthorized-without-challenge content-status-without-content legal-without-blocked-by length-required-with-length misdirected-misuse no-store-status-cached not-acceptable-without-negotiation precondition-status-misuse range-not-satisfiable-no-content-range range-not-satisfiable-without-range size-status-small-request timeout-408-misused timeout-408-unsolicited too-early-unsignalled processing-outside-webdav webdav-error-misuse write-status-on-read bad-gateway-without-gateway error-explanation-missing negotiation-loop-misuse retry-after-missing retry-after-syntax unavailable-cacheable version-not-supported-same-major connect-2xx-framing-field content-on-contentless-method length-differs-from-get method-not-allowed-allow-field method-not-allowed-get-head not-implemented-known-method target-form-invalid trace-misuse bad-host-accepted host-missing-or-invalid request-line-malformed version-malformed version-response-mismatch connection-nominates-core-field field-line-malformed line-ending-invalid obs-fold singleton-field-repeated space-before-colon trailer-forbidden-field body-incomplete chunk-framing-invalid cl-invalid cl-te-both cl-te-connection-kept excess-data-after-body head-response-body http-message-inside-body malformed-request-accepted no-content-body not-modified-body request-leftover-octets te-invalid te-to-http10 close-not-honoured close-option-missing http10-persistence-mismatch keep-alive-timeout-broken pipeline-after-non-idempotent pipelining-order-suspect response-before-request unanswered-request unsolicited-response age-misuse date-format-invalid date-inconsistent date-missing cleartext-credentials proxy-status-mismatch response-ttl-anomaly interim-dropped-by-proxy interim-invented-by-proxy proxy-leg-timeout via-missing
set -g __wirelint_severities off note warning violation
set -g __wirelint_settings expect.immediate expect.giveup processing.min processing.final silence.warn interim.max interim.max104 conn.linger gateway.min gateway.limit redirect.window memory max_connections idle_timeout max_reorder max_reorder_pieces max_head max_fields max_pending max_interim_heads max_interim max_layers max_sniff max_limbo max_marks max_findings max_conn_findings max_steps ring_events settle max_servers max_sequences max_history max_history_octets max_history_connections max_spool max_evidence max_related max_legs max_fragments max_fragment_octets max_files
set -g __wirelint_formats text json csv csv-findings openmetrics prometheus html sarif junit har
set -g __wirelint_keys rule status class seq state method version client server port

complete -c wirelint -f
complete -c wirelint -n 'not __wirelint_command' -a audit -d 'judge and report; exit 1 on violations (for CI)'
complete -c wirelint -n 'not __wirelint_command' -a list -d 'a line per exchange, with all of its statuses'
complete -c wirelint -n 'not __wirelint_command' -a stats -d 'counts per class and code, sequences, times'
complete -c wirelint -n 'not __wirelint_command' -a watch -d 'the dashboard'
complete -c wirelint -n 'not __wirelint_command' -a rules -d 'the catalogue of rules'
complete -c wirelint -n 'not __wirelint_command' -a profiles -d 'the thresholds of known gateways, for --profile'
complete -c wirelint -n 'not __wirelint_command' -a explain -d 'a rule: why, where it is written, what to do'
complete -c wirelint -n 'not __wirelint_command' -a interfaces -d 'the interfaces there are to capture from'
complete -c wirelint -n 'not __wirelint_command' -a config -d 'the settings in force, and where each comes from'
complete -c wirelint -n '__wirelint_is audit list stats watch' -F
complete -c wirelint -n '__wirelint_is explain' -a '$__wirelint_rules'

complete -c wirelint -n '__wirelint_is audit list stats watch' -s r -r -F -d 'read FILE (\'-\': standard input); may repeat'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s i -x -a '(__wirelint_interfaces)' -d 'capture from IFACE (\'any\': all); may repeat'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l follow -d 'wait for more at the end of FILE, as tail -f does'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s f -x -d 'BPF filter, as trailing words'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s c -x -d 'stop after N packets'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l duration -x -d 'live: stop after S seconds'
complete -c wirelint -n '__wirelint_is audit stats watch' -l interval -x -d 'live: report every S seconds as well'
complete -c wirelint -n '__wirelint_is stats' -l watch -d 'live: what has changed, in plain lines'
complete -c wirelint -n '__wirelint_is watch' -l plain -d 'lines instead of a screen, for logs and readers'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s s -x -d '-i: keep N octets of a packet (default: all)'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s B -x -d '-i: kernel buffer (default: 16)'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s p -d '-i: only packets from and to this machine'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s j -x -d 'N shards, each on a thread of its own'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l port -x -d 'parse only these server ports'
complete -c wirelint -n '__wirelint_is audit list stats' -l separate -d 'each file by itself, not one capture'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l where -x -a '$__wirelint_keys:' -d 'only what matches, as \'status:103 port:80\'; also rule class seq method version client server not'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l rule -x -a '(__wirelint_overrides)' -d 'note, warning, violation or off; ID may hold *'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l only -x -a '$__wirelint_rules' -d 'judge only the rules that match'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l set -x -a '$__wirelint_settings=' -d 'set a threshold (processing.final=125) or limit'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l profile -x -a 'apache aws-alb cloudflare cloudflare-100 cloudfront envoy haproxy heroku nginx varnish' -d 'thresholds of a gateway (\'wirelint profiles\')'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l correlate -d 'find the two legs of a proxy, and compare them'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l fail-on -x -a 'violation warning note never' -d 'what makes exit status 1: violation (the default), warning, note, never'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l baseline -r -F -d 'findings listed in FILE do not count'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l write-baseline -r -F -d 'write the findings of this run as such a FILE'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l require-http -d 'exit status 3 when there is no HTTP'
complete -c wirelint -n '__wirelint_is audit list stats interfaces' -l json -d 'NDJSON on standard output'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l json-names -x -a 'otel ecs zeek' -d 'NDJSON with the keys of otel, ecs or zeek'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l report -x -a '(__wirelint_reports)' -d 'also write FILE: text html json sarif junit har csv csv-findings openmetrics prometheus'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l metrics -x -d 'live: serve the numbers there, for Prometheus'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s w -r -F -d 'write connections with findings as pcapng'
complete -c wirelint -n '__wirelint_is audit' -l examples -x -d 'examples per rule, 3 by default'
complete -c wirelint -n '__wirelint_is watch' -l speed -x -a '1x 10x 100x' -d 'files: play at 1x, 10x ... of their own pace'
complete -c wirelint -n '__wirelint_is watch' -l refresh -x -d 'draw N times a second, 1 to 10 (4)'
complete -c wirelint -n '__wirelint_is watch' -l hosts -r -F -d 'names for addresses, on key a (/etc/hosts)'
complete -c wirelint -n '__wirelint_is watch' -l theme -x -a 'dark light' -d 'dark or light, for the terminal\'s background'
complete -c wirelint -n '__wirelint_is watch' -l ascii -d 'only ASCII characters'
complete -c wirelint -n '__wirelint_is watch' -l no-mouse -d 'leave the mouse to the terminal'
complete -c wirelint -n '__wirelint_is rules profiles' -l format -x -a 'text json markdown' -d 'text, json or markdown'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l redact -x -a 'credentials values targets addresses' -d 'hide credentials (always done), values, targets or addresses'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l utc -d 'times in UTC, not local time'
complete -c wirelint -l color -x -a 'auto always never' -d 'auto, always or never'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s q -l quiet -d 'only findings and the verdict'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s v -l verbose -d 'more: reasons, advice, counters'
complete -c wirelint -n '__wirelint_is audit list stats watch' -s Z -x -a '(__fish_complete_users)' -d 'as root: become USER instead of nobody'
complete -c wirelint -n '__wirelint_is audit list stats watch' -l no-confine -d 'keep all rights (for debuggers)'
complete -c wirelint -l config -r -F -d 'also read options from FILE; may repeat'
complete -c wirelint -l no-config -d 'do not read ~/.config/wirelint/config'
complete -c wirelint -s h -l help -d 'this page'
complete -c wirelint -l version -d 'versions'
complete -c wirelint -s D -d 'what can be captured from'
