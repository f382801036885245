# bash completion for wirelint; made by scripts/pages from the tables of the program, do not edit.
# shellcheck shell=bash

_wirelint_commands='audit list stats watch rules profiles explain interfaces config'
_wirelint_readers='audit list stats watch'
_wirelint_rules='client-treats-interim-as-final continue-repeated continue-then-417 continue-without-expect interim-after-final interim-body interim-connection-close interim-content-length interim-excessive-count interim-hop-by-hop-field interim-labelled-http10 interim-representation-metadata interim-to-http10 interim-transfer-encoding interim-without-final early-hints-misuse resumption-inconsistent resumption-unsolicited client-gave-up continue-late processing-before-request-complete processing-final-late processing-premature processing-without-final silent-gap-no-interim vendor-timeout-mismatch body-abandoned-connection-reused client-keeps-sending-after-error expect-http10-rejected expect-ignored expect-obfuscated expect-unusable expect-wait-forever expect-wait-without-field expect-without-content expectation-failed-for-continue expectation-failed-without-expect expectation-retried final-before-body-no-close rst-destroys-response upgrade-expect-missing-continue h2c-no-stream1-response h2c-upgrade-invalid http-after-switching switching-missing-connection-upgrade switching-preference-ignored switching-to-http10 switching-to-unoffered-protocol switching-unrequested switching-without-upgrade tls-upgrade-no-handshake upgrade-optimistic-data upgrade-required-already-offered upgrade-required-without-upgrade upgrade-without-connection-option ws-accept-invalid ws-extension-unoffered ws-frame-invalid ws-handshake-invalid ws-masking ws-subprotocol-unoffered ws-version-rejection-silent status-code-invalid status-line-malformed status-unregistered status-vendor-code status-withdrawn-code accepted-no-monitor already-reported-misuse created-safe-method created-without-location im-used-misuse multistatus-invalid no-content-framing-field nonauth-info-unproxied reset-content-body content-range-misplaced partial-if-range-mismatch partial-multipart-framing partial-range-mismatch partial-unrequested partial-without-content-range range-request-invalid location-invalid permanent-status-reversed redirect-loop redirect-method-changed redirect-without-location conditional-ignored etag-invalid not-modified-etag-mismatch not-modified-extra-metadata not-modified-without-condition not-modified-wrong-method update-fields-missing challenge-invalid network-auth-misuse proxy-auth-to-direct-client proxy-auth-without-challenge unauthorized-without-challenge content-status-without-content legal-without-blocked-by length-required-with-length misdirected-misuse no-store-status-cached not-acceptable-without-negotiation precondition-status-misuse range-not-satisfiable-no-content-range range-not-satisfiable-without-range size-status-small-request timeout-408-misused timeout-408-unsolicited too-early-unsignalled processing-outside-webdav webdav-error-misuse write-status-on-read bad-gateway-without-gateway error-explanation-missing negotiation-loop-misuse retry-after-missing retry-after-syntax unavailable-cacheable version-not-supported-same-major connect-2xx-framing-field content-on-contentless-method length-differs-from-get method-not-allowed-allow-field method-not-allowed-get-head not-implemented-known-method target-form-invalid trace-misuse bad-host-accepted host-missing-or-invalid request-line-malformed version-malformed version-response-mismatch connection-nominates-core-field field-line-malformed line-ending-invalid obs-fold singleton-field-repeated space-before-colon trailer-forbidden-field body-incomplete chunk-framing-invalid cl-invalid cl-te-both cl-te-connection-kept excess-data-after-body head-response-body http-message-inside-body malformed-request-accepted no-content-body not-modified-body request-leftover-octets te-invalid te-to-http10 close-not-honoured close-option-missing http10-persistence-mismatch keep-alive-timeout-broken pipeline-after-non-idempotent pipelining-order-suspect response-before-request unanswered-request unsolicited-response age-misuse date-format-invalid date-inconsistent date-missing cleartext-credentials proxy-status-mismatch response-ttl-anomaly interim-dropped-by-proxy interim-invented-by-proxy proxy-leg-timeout via-missing'
_wirelint_severities='off note warning violation'
_wirelint_settings='expect.immediate expect.giveup processing.min processing.final silence.warn interim.max interim.max104 conn.linger gateway.min gateway.limit redirect.window memory max_connections idle_timeout max_reorder max_reorder_pieces max_head max_fields max_pending max_interim_heads max_interim max_layers max_sniff max_limbo max_marks max_findings max_conn_findings max_steps ring_events settle max_servers max_sequences max_history max_history_octets max_history_connections max_spool max_evidence max_related max_legs max_fragments max_fragment_octets max_files'
_wirelint_reports='text json csv csv-findings openmetrics prometheus html sarif junit har'
_wirelint_keys='rule status class seq state method version client server port'

_wirelint_options()
{
    case $1 in
    config) echo '--color --config --no-config --help --version -D' ;;
    interfaces) echo '--json --color --config --no-config --help --version -D' ;;
    explain) echo '--color --config --no-config --help --version -D' ;;
    profiles) echo '--format --color --config --no-config --help --version -D' ;;
    rules) echo '--format --color --config --no-config --help --version -D' ;;
    watch) echo '-r -i --follow -f -c --duration --interval --plain -s -B -p -j --port --where --rule --only --set --profile --correlate --fail-on --baseline --write-baseline --require-http --json-names --report --metrics -w --speed --refresh --hosts --theme --ascii --no-mouse --redact --utc --color --quiet --verbose -Z --no-confine --config --no-config --help --version -D' ;;
    stats) echo '-r -i --follow -f -c --duration --interval --watch -s -B -p -j --port --separate --where --rule --only --set --profile --correlate --fail-on --baseline --write-baseline --require-http --json --json-names --report --metrics -w --redact --utc --color --quiet --verbose -Z --no-confine --config --no-config --help --version -D' ;;
    list) echo '-r -i --follow -f -c --duration -s -B -p -j --port --separate --where --rule --only --set --profile --correlate --fail-on --baseline --write-baseline --require-http --json --json-names --report --metrics -w --redact --utc --color --quiet --verbose -Z --no-confine --config --no-config --help --version -D' ;;
    *) echo '-r -i --follow -f -c --duration --interval -s -B -p -j --port --separate --where --rule --only --set --profile --correlate --fail-on --baseline --write-baseline --require-http --json --json-names --report --metrics -w --examples --redact --utc --color --quiet --verbose -Z --no-confine --config --no-config --help --version -D' ;;
    esac
}

# Is the word behind $1 its value?
_wirelint_takes_value()
{
    case $1 in
    -r | -i | -f | -c | --duration | --interval | -s | -B | -j | --port | --where | --rule | --only | --set | --profile | --fail-on | --baseline | --write-baseline | --json-names | --report | --metrics | -w | --examples | --speed | --refresh | --hosts | --theme | --format | --redact | --color | -Z | --config) return 0 ;;
    *) return 1 ;;
    esac
}

# What is offered instead of the word $1, which may hold '=': bash takes what is behind it for a word.
_wirelint_offer()
{
    local word=$1 suffix=$2 reply i
    shift 2
    mapfile -t COMPREPLY < <(compgen -S "$suffix" -W "$*" -- "$word")
    [[ -n $suffix ]] && compopt -o nospace
    [[ ${COMP_WORDBREAKS} == *=* && $word == *=* ]] || return 0
    for i in "${!COMPREPLY[@]}"; do
        reply=${COMPREPLY[i]}
        COMPREPLY[i]=${reply#"${word%"${word##*=}"}"}
    done
}

# Files; with bash-completion only those of the suffixes $1
_wirelint_files()
{
    if declare -F _filedir >/dev/null; then
        _filedir "$@"
    else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}

_wirelint_captures()
{
    local cur=$1
    _wirelint_files '@(pcap|pcapng|cap|dmp)?(.gz|.zst|.lz4|.xz)'
}

_wirelint_interfaces()
{
    local names=(/sys/class/net/*)
    _wirelint_offer "$1" '' any "${names[@]##*/}"
}

# The value of the option $1 as far as $2
_wirelint_value()
{
    local cur=$2
    case $1 in
    -r)
        _wirelint_captures "$cur"
        ;;
    -i)
        _wirelint_interfaces "$cur"
        ;;
    --where)
        _wirelint_offer "$cur" : "$_wirelint_keys"
        ;;
    --rule)
        if [[ $cur == *=* ]]; then
            _wirelint_offer "$cur" '' "$(printf "${cur%%=*}=%s " $_wirelint_severities)"
        else
            _wirelint_offer "$cur" = "$_wirelint_rules"
        fi
        ;;
    --only)
        _wirelint_offer "$cur" '' "$_wirelint_rules"
        ;;
    --set)
        _wirelint_offer "$cur" = "$_wirelint_settings"
        ;;
    --profile)
        _wirelint_offer "$cur" '' 'apache aws-alb cloudflare cloudflare-100 cloudfront envoy haproxy heroku nginx varnish'
        ;;
    --fail-on)
        _wirelint_offer "$cur" '' 'violation warning note never'
        ;;
    --baseline)
        _wirelint_files
        ;;
    --write-baseline)
        _wirelint_files
        ;;
    --json-names)
        _wirelint_offer "$cur" '' 'otel ecs zeek'
        ;;
    --report)
        if [[ $cur == *=* ]]; then
            cur=${cur#*=}
            _wirelint_files
        else
            _wirelint_offer "$cur" = "$_wirelint_reports"
        fi
        ;;
    -w)
        _wirelint_files
        ;;
    --speed)
        _wirelint_offer "$cur" '' '1x 10x 100x'
        ;;
    --hosts)
        _wirelint_files
        ;;
    --theme)
        _wirelint_offer "$cur" '' 'dark light'
        ;;
    --format)
        _wirelint_offer "$cur" '' 'text json markdown'
        ;;
    --redact)
        _wirelint_offer "$cur" '' 'credentials values targets addresses'
        ;;
    --color)
        _wirelint_offer "$cur" '' 'auto always never'
        ;;
    -Z)
        mapfile -t COMPREPLY < <(compgen -u -- "$cur")
        ;;
    --config)
        _wirelint_files
        ;;
    esac
}

_wirelint()
{
    local cur prev words cword command='' i operands=0
    if declare -F _init_completion >/dev/null; then
        _init_completion -n := || return
    else
        words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
        cur=${words[cword]} prev=${words[cword > 0 ? cword - 1 : 0]}
    fi
    for ((i = 1; i < cword; i++)); do
        case ${words[i]} in
        --*=* | -?*)
            [[ ${words[i]} != *=* ]] && _wirelint_takes_value "${words[i]}" && ((i++))
            ;;
        *)
            [[ -z $command && $operands -eq 0 && " $_wirelint_commands " == *" ${words[i]} "* ]] &&
                command=${words[i]} || ((operands++))
            ;;
        esac
    done
    if [[ $cur == --*=* ]]; then
        _wirelint_value "${cur%%=*}" "${cur#*=}"
    elif ((cword > 1)) && _wirelint_takes_value "$prev"; then
        _wirelint_value "$prev" "$cur"
    elif [[ $cur == -* ]]; then
        _wirelint_offer "$cur" '' "$(_wirelint_options "$command")"
    elif [[ $command == explain ]]; then
        _wirelint_offer "$cur" '' "$_wirelint_rules"
    elif [[ " $_wirelint_readers " == *" ${command:-audit} "* ]]; then
        local offered=()
        if [[ -z $command && $operands -eq 0 ]]; then
            mapfile -t offered < <(compgen -W "$_wirelint_commands" -- "$cur")
        fi
        _wirelint_captures "$cur"
        COMPREPLY+=("${offered[@]}")
    fi
} &&
    complete -F _wirelint wirelint
