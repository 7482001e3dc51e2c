/**
 * The bash script of `pawl completion bash`. Not the completion library's: that one evaluates the words before the cursor
 * and those it is offered (`pawl show $(reboot)` and TAB), declares read-only variables (a second `source` fails), and
 * needs the package bash-completion. Works with bash 3.2, which macOS has.
 */
export const BASH_SCRIPT = `# bash completion for pawl. Nothing that was typed, and nothing that pawl offers, is evaluated.
_pawl_complete() {
  local line value
  COMPREPLY=()
  # Without an answer, bash offers files.
  case \${COMP_WORDS[COMP_CWORD-1]} in -f|--file) return ;; esac
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      # 4: files are no answer here
      if (( \${line#:} & 4 )); then compopt +o default 2>/dev/null || :; fi
    elif [[ -n $line ]]; then
      printf -v value '%q' "\${line%%$'\\t'*}"
      COMPREPLY+=("$value")
    fi
  done < <(pawl complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _pawl_complete pawl
`;
