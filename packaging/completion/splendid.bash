_splendid_completion() {
    local type value
    while IFS=',' read -r type value; do
        case $type in
            dir) COMPREPLY=(); compopt -o dirnames ;;
            file) COMPREPLY=(); compopt -o default ;;
            plain)
                if [[ $value == *[^[:alnum:]_.:/@%+=,-]* ]]; then
                    printf -v value '%q' "$value"
                fi
                COMPREPLY+=("$value")
                ;;
        esac
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD _SPLENDID_COMPLETE=bash_complete $1)
    return 0
}

complete -o nosort -F _splendid_completion splendid
