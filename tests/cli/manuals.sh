# SPDX-License-Identifier: BSD-3-Clause
# Manual pages and shell completions, as packagers ask for them.
expect 0 help --names
cp stdout names
expect_text names "features"

while read -r name; do
    read -ra words <<<"$name"
    expect 0 help --man "${words[@]}"
    expect_text stdout '.SH SYNOPSIS'
    expect_text stdout '\-\-threads N'
    if command -v man >/dev/null; then
        man -l --warnings -E UTF-8 stdout >page 2>warnings || true
        expect_lines 0 warnings
        "$ONDELET" "${words[@]}" --help | grep -oE '^  (-o, )?--[a-z-]+' | sed 's/.* //' | sort -u >options
        while read -r option; do
            expect_text page "$option"
        done <options
    fi
done <names
expect 0 help --man
expect_text stdout '.BR ondelet\-denoise (1)'

expect 0 help --completion bash
cp stdout bash.completion
# completed WORD...: what bash offers for the last word; in ./offered.
completed() {
    bash -c 'source ./bash.completion; COMP_WORDS=(ondelet "$@"); COMP_CWORD=$#; _ondelet; printf "%s\n" "${COMPREPLY[@]}"' \
        bash "$@" >offered
    last="completion of: $*"
}
completed fea
expect_text offered "features"
completed features --sca
expect_lines 1 offered
expect_text offered "--scales"
completed features --bank s
expect_text offered "spline"
completed denoise --no
expect_text offered "--noise"
expect_lines 1 offered
completed evaluate e
expect_text offered "edges"
completed evaluate edges --thr
expect_text offered "--threads"
touch picture.png
completed features pic
expect_text offered "picture.png"

for shell in zsh fish; do
    expect 0 help --completion $shell
    expect_text stdout "scales"
    if command -v $shell >/dev/null; then
        checks=$((checks + 1))
        $shell -n stdout || fail "$last: $shell cannot read it"
    fi
done
if command -v fish >/dev/null; then
    cp stdout ondelet.fish
    fish --no-config -c 'source ondelet.fish; complete -C "ondelet features --sca"; complete -C "ondelet features --bank sp"
        complete -C "ondelet train "; complete -C "ondelet evaluate edges --trut"' >offered 2>said
    [[ ! -s said ]] || fail "fish complains: $(head -n 3 said)"
    expect_text offered "classify"
    expect_text offered "--truth"
    expect_text offered "--scales"
    expect_text offered "spline"
fi
if command -v zsh >/dev/null; then
    expect 0 help --completion zsh
    cp stdout _ondelet
    zsh -f -c 'autoload -U compinit; fpath=(. $fpath); compinit -u -d zdump; autoload +X _ondelet' >said 2>&1 \
        || fail "zsh cannot load the completion: $(cat said)"
fi

misused "no completion for 'csh'" help --completion csh
misused "--man [COMMAND]" help --nothing
misused "unknown command 'nothing'" help --man nothing
